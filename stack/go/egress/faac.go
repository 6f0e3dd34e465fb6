package main

// #cgo pkg-config: gstreamer-1.0
// #include "faac.h"
import "C"

import "errors"

// registerFaac gives GStreamer an element named "faac", the only AAC encoder
// that egress knows how to ask for. Debian leaves the real one out, so ours is
// a bin of voaacenc and aacparse. The parser is there for HLS: the muxer of
// its segments takes only AAC that is marked as framed, and voaacenc does not
// mark it.
func registerFaac() error {
	if C.register_faac() == 0 {
		return errors.New("GStreamer lacks voaacenc or aacparse (its bad and good plug-ins)")
	}
	return nil
}
