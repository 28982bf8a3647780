package db

import (
	"context"
	"errors"
	"os"
	"time"

	"golang.org/x/sys/windows"
)

// LockFile takes an exclusive lock that Windows gives back when the process
// ends, however it ends.
func LockFile(ctx context.Context, path string) (unlock func() error, err error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		err = windows.LockFileEx(windows.Handle(file.Fd()),
			windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, new(windows.Overlapped))
		switch {
		case err == nil:
			return file.Close, nil
		case !errors.Is(err, windows.ERROR_LOCK_VIOLATION):
			return nil, errors.Join(err, file.Close())
		}
		select {
		case <-time.After(10 * time.Millisecond):
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), file.Close())
		}
	}
}
