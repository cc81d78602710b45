package show

import (
	"runtime/debug"
)

// ToolVersion is the module version that this command was built from, or the
// commit where it was built in a checkout.
func ToolVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "(unknown)"
	}
	version := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && (version == "" || version == "(devel)") {
			return s.Value[:min(12, len(s.Value))]
		}
	}
	if version == "" {
		return "(devel)"
	}
	return version
}
