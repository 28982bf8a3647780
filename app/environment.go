package app

import (
	"fmt"
	"os"
	"strings"
)

// lookUp finds a setting in its variable, or in the file that the variable's twin <name>_FILE names: orchestrators
// mount secrets as files, and an environment is easily printed. from says which it was.
func lookUp(getenv func(string) string, name string) (value, from string, err error) {
	value, file := getenv(name), getenv(name+"_FILE")
	switch {
	case value != "" && file != "":
		return "", "", fmt.Errorf("%s and %s_FILE are both set; say it once", name, name)
	case value != "":
		return value, "environment", nil
	case file == "":
		return "", "default", nil
	}
	body, err := os.ReadFile(file)
	if err != nil {
		return "", "", fmt.Errorf("%s_FILE: %w", name, err)
	}
	if value = strings.TrimSpace(string(body)); value == "" {
		return "", "", fmt.Errorf("%s_FILE: %s is empty", name, file)
	}
	return value, "file", nil
}

// Getenv is the process's environment, so that cmd needs no os.
func Getenv(name string) string { return os.Getenv(name) }
