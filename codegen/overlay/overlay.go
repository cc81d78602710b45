// Package overlay has the go command see a temporary module in a folder that is
// always the same. The command keeps what it has compiled by the folder and the text
// of a package: so what was compiled before from the same files is found again, and
// the standard library is that of every other build, which it is not with -trimpath.
package overlay

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
)

// Write writes the file that -overlay takes, into dir, which holds the module. The go
// command is to run in the folder at, where it sees the module. There are no files in
// that, only folders: the assembler goes there. So any number of builds may use it at
// the same time.
func Write(dir, at string) (file string, err error) {
	replace := map[string]string{}
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(at, name), 0o700)
		}
		replace[filepath.Join(at, name)] = path
		return nil
	})
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	file = filepath.Join(dir, "overlay.json")
	return file, os.WriteFile(file, text, 0o666)
}
