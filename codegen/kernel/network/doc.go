// Package network writes a whole small network as one routine of machine code.
package network
