package main

import (
	"flag"
	"os"
	"os/exec"
	"os/signal"
	"path"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/livekit/egress/pkg/config"
	"github.com/livekit/egress/pkg/handler"
	"github.com/livekit/protocol/logger"
	"github.com/livekit/protocol/redis"
	"github.com/livekit/protocol/rpc"
	"github.com/livekit/psrpc"
)

// runHandler makes one recording, in a session of its own, and reports to the
// service that started it.
func runHandler(args []string) error {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGINT, syscall.SIGTERM)

	flags := flag.NewFlagSet("run-handler", flag.ContinueOnError)
	configBody := flags.String("config", "", "configuration, as YAML")
	request := flags.String("request", "", "start request, as JSON")
	if err := flags.Parse(args); err != nil {
		return err
	}
	req := &rpc.StartEgressRequest{}
	if err := protojson.Unmarshal([]byte(*request), req); err != nil {
		return err
	}
	conf, err := config.NewPipelineConfig(*configBody, req)
	if err != nil {
		return err
	}

	if err := stopWithService(); err != nil {
		return err
	}
	if err := sweepUpAfterwards(path.Join(config.TmpDir, req.EgressId)); err != nil {
		return err
	}

	// The socket for the service goes in here, and Chromium's profile.
	if err := os.MkdirAll(conf.TmpDir, 0755); err != nil {
		return err
	}
	defer os.RemoveAll(conf.TmpDir)
	if err := os.Setenv("TMPDIR", conf.TmpDir); err != nil {
		return err
	}

	if err := registerFaac(); err != nil {
		return err
	}
	rc, err := redis.GetRedisClient(conf.Redis)
	if err != nil {
		return err
	}
	h, err := handler.NewHandler(conf, psrpc.NewRedisMessageBus(rc))
	if err != nil {
		return err
	}
	go func() {
		logger.Infow("ending the recording", "signal", <-stop)
		h.Kill()
	}()
	if backup := newBackupFiles(conf); backup != nil {
		go backup.keep()
		defer backup.release()
	}
	h.Run()

	// Egress kills its X server, which then leaves its lock behind.
	if display, ok := strings.CutPrefix(conf.Display, ":"); ok {
		os.Remove("/tmp/.X" + display + "-lock")
	}
	return nil
}

// stopWithService has the kernel interrupt this process when the service
// dies, however it dies: the recording is then ended and uploaded as usual.
func stopWithService() error {
	return unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGINT), 0, 0, 0)
}

// sweepUpAfterwards starts a shell that waits for this process to end, at
// which a pipe closes, removes its files, and kills what is left of its
// process group. A handler that is killed would otherwise leave its X server
// and an unfinished video behind. Our end of the pipe is a bare descriptor, so
// that nothing but our end can close it.
func sweepUpAfterwards(files string) error {
	var pipe [2]int
	if err := unix.Pipe2(pipe[:], unix.O_CLOEXEC); err != nil {
		return err
	}
	stdin := os.NewFile(uintptr(pipe[0]), "pipe")
	defer stdin.Close()
	sh := exec.Command("/bin/sh", "-c", `read -r _; rm -rf -- "$1"; kill -KILL 0`, "sh", files)
	sh.Stdin = stdin
	return sh.Start()
}
