package main

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path"
	"syscall"
	"time"

	"github.com/livekit/egress/pkg/config"
	"github.com/livekit/egress/pkg/server"
	"github.com/livekit/egress/pkg/service"
	"github.com/livekit/protocol/logger"
	"github.com/livekit/protocol/redis"
	"github.com/livekit/psrpc"
)

// shutdownLimit is how long the service waits for its handlers. It is longer
// than the 30 seconds after which a handler gives up a pipeline that is stuck.
const shutdownLimit = 45 * time.Second

// runService takes recording requests from Redis until it is told to stop, or
// until a handler fails: egress then finishes what it has and wants to be
// started afresh.
func runService() error {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGINT, syscall.SIGTERM)

	conf, err := readConfig()
	if err != nil {
		return err
	}
	rc, err := redis.GetRedisClient(conf.Redis)
	if err != nil {
		return err
	}
	bus := psrpc.NewRedisMessageBus(rc)
	ioClient, err := service.NewIOClient(bus)
	if err != nil {
		return err
	}

	// NewServer puts the socket on which handlers report in this directory.
	defer os.RemoveAll(path.Join(os.TempDir(), conf.NodeID))
	svc, err := server.NewServer(conf, bus, ioClient)
	if err != nil {
		return err
	}

	done := make(chan error, 1)
	go func() { done <- svc.Run() }()
	select {
	case err := <-done:
		if err == nil {
			err = errors.New("stopped after the failure of a handler")
		}
		return err
	case sig := <-stop:
		logger.Infow("finishing recordings, then shutting down", "signal", sig)
		return shutDown(svc, done)
	}
}

// shutDown has every handler end its recording and upload it. It asks again
// and again, because a request may have been halfway to its handler when the
// signal came. Handlers that are still uploading at the limit go on alone.
func shutDown(svc *server.Server, done <-chan error) error {
	limit := time.After(shutdownLimit)
	for {
		svc.Shutdown(true, true)
		select {
		case err := <-done:
			return err
		case <-limit:
			return fmt.Errorf("recordings not finished within %v", shutdownLimit)
		case <-time.After(time.Second):
		}
	}
}

// readConfig reads the YAML in EGRESS_CONFIG_BODY.
func readConfig() (*config.ServiceConfig, error) {
	body := os.Getenv("EGRESS_CONFIG_BODY")
	if body == "" {
		return nil, errors.New("EGRESS_CONFIG_BODY is empty: it holds the configuration, as YAML")
	}
	return config.NewServiceConfig(body)
}
