package main

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"

	"github.com/livekit/egress/pkg/config"
	"github.com/livekit/protocol/logger"
)

// backupFiles keeps the files of a recording that must survive an S3 server
// that is away, under their names in the bucket, in the backup folder.
//
// Egress itself renames what it could not upload into that folder. A playlist
// that it wants to write on to is then gone, and the recording fails. A file
// that has a hard link where it is renamed to stays where it is: rename does
// nothing to two links of one file. So does the MP4, which Egress takes away
// with its folder however the recording ended, also with its upload failed.
type backupFiles struct {
	file  *config.FileConfig
	links map[string]string // from the file to its link
}

// newBackupFiles is nil where there is no backup folder, or no file to keep.
func newBackupFiles(conf *config.PipelineConfig) *backupFiles {
	file := conf.GetFileConfig()
	if conf.BackupStorage == "" || file == nil {
		return nil
	}
	links := map[string]string{file.LocalFilepath: path.Join(conf.BackupStorage, file.StorageFilepath)}
	if s := conf.GetSegmentConfig(); s != nil {
		for _, name := range []string{s.PlaylistFilename, s.LivePlaylistFilename} {
			links[path.Join(s.LocalDir, name)] = path.Join(conf.BackupStorage, s.StorageDir, name)
		}
	}
	return &backupFiles{file, links}
}

// keep links each file as soon as it is there.
func (b *backupFiles) keep() {
	waiting := make(map[string]string)
	for file, link := range b.links {
		waiting[file] = link
	}
	for ; len(waiting) > 0; time.Sleep(200 * time.Millisecond) {
		for file, link := range waiting {
			err := os.MkdirAll(path.Dir(link), 0755)
			if err == nil {
				err = os.Link(file, link)
			}
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				logger.Warnw("this file has no backup", err, "file", file)
			}
			delete(waiting, file)
		}
	}
}

// release takes away what is in the bucket, and the playlists, which nobody
// needs any more.
func (b *backupFiles) release() {
	uploaded := strings.HasPrefix(b.file.FileInfo.Location, "http")
	for file, link := range b.links {
		if file != b.file.LocalFilepath || uploaded {
			os.Remove(link)
			os.Remove(path.Dir(link)) // where it is empty
		}
	}
}
