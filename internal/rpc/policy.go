package rpc

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// ClientPolicy is grpc's service configuration for the clients of a service: replicas in turn, those left out that say
// they are not serving; and calls made again, at the next replica, when no answer came and their rule says that this is
// harmless. The budget is a tenth of the calls, after ten at once: a service in trouble is not hit twice as hard.
func ClientPolicy(rules Table, service string) (string, error) {
	type name struct {
		Service string `json:"service"`
		Method  string `json:"method"`
	}
	var names []name
	for _, method := range slices.Sorted(maps.Keys(rules)) {
		if rule := rules[method]; rule.Service == service && rule.Repeatable() {
			contract, short, _ := strings.Cut(strings.TrimPrefix(method, "/"), "/")
			names = append(names, name{contract, short})
		}
	}
	if len(names) == 0 {
		return "", fmt.Errorf("no contract of a service %q", service)
	}
	type object = map[string]any
	policy, err := json.Marshal(object{
		"loadBalancingConfig": []object{{"round_robin": object{}}},
		"healthCheckConfig":   object{"serviceName": service},
		"retryThrottling":     object{"maxTokens": 20, "tokenRatio": 0.1},
		"methodConfig": []object{{"name": names, "retryPolicy": object{
			"maxAttempts": 3, "initialBackoff": "0.05s", "maxBackoff": "0.5s", "backoffMultiplier": 2,
			"retryableStatusCodes": []string{"UNAVAILABLE"},
		}}},
	})
	return string(policy), err
}
