package deploy

import (
	"fmt"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"coffee/app"
)

// base renders the base as kustomize does, as far as it goes: the patch that is common to all parts is laid over each
// Deployment, and the settings that all share are the generator's.
func base(t *testing.T) (objects []object, shared map[string]string) {
	t.Helper()
	kustomization := documents(t, file(t, "kubernetes/base/kustomization.yaml"))[0]
	shared = map[string]string{}
	generator, _ := list(kustomization, "configMapGenerator")[0].(object)
	for _, literal := range list(generator, "literals") {
		name, value, _ := strings.Cut(fmt.Sprint(literal), "=")
		shared[name] = value
	}
	for _, name := range list(kustomization, "resources") {
		objects = append(objects, documents(t, file(t, "kubernetes/base/"+fmt.Sprint(name)))...)
	}
	for _, o := range objects {
		if o["kind"] != "Deployment" {
			continue
		}
		patch := documents(t, file(t, "kubernetes/base/pods.yaml"))[0]
		containers := list(o, "spec.template.spec.containers")
		container := merged(list(patch, "spec.template.spec.containers")[0].(object), containers[0].(object))
		name := text(o, "metadata.name")
		merged(o, patch)
		o["metadata"].(object)["name"] = name
		at(o, "spec.template.spec").(object)["containers"] = []any{container}
	}
	return objects, shared
}

// of are the objects of a kind by name.
func of(objects []object, kind string) map[string]object {
	found := map[string]object{}
	for _, o := range objects {
		if o["kind"] == kind {
			found[text(o, "metadata.name")] = o
		}
	}
	return found
}

// settings are what a container's environment says.
func settings(container any, shared map[string]string) map[string]string {
	all := maps.Clone(shared)
	for _, variable := range list(container, "env") {
		all[text(variable, "name")] = fmt.Sprint(at(variable, "value"))
	}
	return all
}

func TestKubernetes(t *testing.T) {
	objects, shared := base(t)
	folder := secrets(t)
	deployments, services, budgets := of(objects, "Deployment"), of(objects, "Service"), of(objects, "PodDisruptionBudget")
	if len(deployments) != len(app.All()) || len(of(objects, "Secret")) != 0 {
		t.Fatalf("%d deployments for %d parts, %d secrets in the repository", len(deployments), len(app.All()), len(of(objects, "Secret")))
	}
	for _, part := range app.All() {
		pod := at(deployments[part], "spec.template.spec")
		container := list(pod, "containers")[0]
		starts(t, part, settings(container, shared), mounts(t, part, pod, folder))
		restricted(t, part, pod)
		if got := fmt.Sprint(list(container, "args")); got != "[serve "+part+"]" {
			t.Errorf("%s runs %s", part, got)
		}
		for _, probe := range []string{"startupProbe", "livenessProbe", "readinessProbe"} {
			if text(container, probe+".httpGet.port") != "ops" {
				t.Errorf("%s has no %s", part, probe)
			}
		}
		port := ports()[part]
		if got := at(list(container, "ports")[0], "containerPort"); got != port {
			t.Errorf("%s: container port %v, want %d", part, got, port)
		}
		if got := at(list(services[part], "spec.ports")[0], "port"); got != port {
			t.Errorf("%s: service port %v, want %d", part, got, port)
		}
		for _, selector := range []any{at(services[part], "spec.selector"), at(budgets[part], "spec.selector.matchLabels"), at(deployments[part], "spec.selector.matchLabels")} {
			if s, _ := selector.(object); s["app.kubernetes.io/name"] != part {
				t.Errorf("%s: something selects %v", part, selector)
			}
		}
	}
	job := at(of(objects, "Job")["migrate"], "spec.template.spec")
	starts(t, "migrate", settings(list(job, "containers")[0], map[string]string{}), mounts(t, "migrate", job, folder))
	restricted(t, "migrate", job)
}

// mounts says which of the drawn folders a pod sees where, and that they are its own.
func mounts(t *testing.T, part string, pod any, folder string) map[string]string {
	t.Helper()
	known := map[string]string{
		"coffee-" + part:            filepath.Join(folder, part),
		"coffee-" + part + "-certs": filepath.Join(folder, part, "certs"),
	}
	source := map[string]string{}
	for _, volume := range list(pod, "volumes") {
		name := text(volume, "secret.secretName")
		if known[name] == "" {
			t.Errorf("%s mounts %v, which is not its own", part, volume)
		}
		source[text(volume, "name")] = known[name]
	}
	seen := map[string]string{}
	for _, mount := range list(list(pod, "containers")[0], "volumeMounts") {
		seen[text(mount, "mountPath")] = source[text(mount, "name")]
	}
	return seen
}

// restricted: no root, no rights, nothing to write to, bounded.
func restricted(t *testing.T, part string, pod any) {
	t.Helper()
	container := list(pod, "containers")[0]
	for path, want := range map[string]any{
		"securityContext.runAsNonRoot": true, "securityContext.runAsUser": 65532, "automountServiceAccountToken": false,
		"enableServiceLinks": false, "securityContext.seccompProfile.type": "RuntimeDefault",
	} {
		if got := at(pod, path); got != want {
			t.Errorf("%s: %s is %v", part, path, got)
		}
	}
	for path, want := range map[string]any{
		"securityContext.readOnlyRootFilesystem": true, "securityContext.allowPrivilegeEscalation": false,
	} {
		if got := at(container, path); got != want {
			t.Errorf("%s: %s is %v", part, path, got)
		}
	}
	if got := fmt.Sprint(list(container, "securityContext.capabilities.drop")); got != "[ALL]" {
		t.Errorf("%s keeps capabilities: %s", part, got)
	}
	for _, path := range []string{"resources.requests.cpu", "resources.requests.memory", "resources.limits.memory"} {
		if text(container, path) == "" {
			t.Errorf("%s: no %s", part, path)
		}
	}
}

// TestNetworkPoliciesAreTheCallTable: what may reach what in the cluster is the table of calls, from both ends.
func TestNetworkPoliciesAreTheCallTable(t *testing.T) {
	objects, _ := base(t)
	policies := of(objects, "NetworkPolicy")
	nobody := policies["nobody"]
	if s, ok := at(nobody, "spec.podSelector").(object); !ok || len(s) != 0 || fmt.Sprint(list(nobody, "spec.policyTypes")) != "[Ingress Egress]" ||
		at(nobody, "spec.ingress") != nil || at(nobody, "spec.egress") != nil {
		t.Errorf("not everything is closed at first: %v", nobody)
	}
	var want, incoming, outgoing []string
	for caller, callees := range calls() {
		for _, callee := range callees {
			want = append(want, fmt.Sprintf("%s to %s:%d", caller, callee, ports()[callee]))
		}
	}
	for _, part := range app.All() {
		labels, _ := at(policies[part], "spec.podSelector.matchLabels").(object)
		if labels["app.kubernetes.io/name"] != part {
			t.Errorf("the policy of %s is about %v", part, labels)
		}
		for _, rule := range list(policies[part], "spec.ingress") {
			if part == "frontend" && at(rule, "from") == nil && allowedPort(t, rule) == app.FrontendPort {
				continue // whoever comes
			}
			for _, peer := range peers(t, rule, "from") {
				incoming = append(incoming, fmt.Sprintf("%s to %s:%d", peer, part, allowedPort(t, rule)))
			}
		}
		for _, rule := range list(policies[part], "spec.egress") {
			for _, peer := range peers(t, rule, "to") {
				outgoing = append(outgoing, fmt.Sprintf("%s to %s:%d", part, peer, allowedPort(t, rule)))
			}
		}
	}
	slices.Sort(want)
	slices.Sort(incoming)
	slices.Sort(outgoing)
	if !slices.Equal(incoming, want) {
		t.Errorf("what is let in\n%v\nwant\n%v", incoming, want)
	}
	if !slices.Equal(outgoing, want) {
		t.Errorf("what is let out\n%v\nwant\n%v", outgoing, want)
	}
	// Beside the calls: names, and the database for whoever has one.
	names := slices.Sorted(maps.Keys(policies))
	if expected := slices.Sorted(slices.Values(append(app.All(), "nobody", "names", "database"))); !slices.Equal(names, expected) {
		t.Errorf("policies %v, want %v", names, expected)
	}
	except, _ := list(policies["database"], "spec.podSelector.matchExpressions")[0].(object)
	if except["operator"] != "NotIn" || fmt.Sprint(except["values"]) != "[frontend]" || allowedPort(t, list(policies["database"], "spec.egress")[0]) != 3306 {
		t.Errorf("who may reach the database: %v", except)
	}
}

// peers are the parts that a rule names; an empty list would be everybody.
func peers(t *testing.T, rule any, key string) []string {
	t.Helper()
	var found []string
	for _, peer := range list(rule, key) {
		labels, _ := at(peer, "podSelector.matchLabels").(object)
		name, _ := labels["app.kubernetes.io/name"].(string)
		if name == "" || len(peer.(object)) != 1 {
			t.Errorf("a rule is about %v", peer)
		}
		found = append(found, name)
	}
	if len(found) == 0 {
		t.Errorf("a rule without %s is about everybody: %v", key, rule)
	}
	return found
}

func allowedPort(t *testing.T, rule any) int {
	t.Helper()
	all := list(rule, "ports")
	if len(all) != 1 {
		t.Fatalf("a rule with the ports %v", all)
	}
	port, _ := at(all[0], "port").(int)
	return port
}

// TestKustomize renders base and example with the real tool, where there is one, and finds the same objects.
func TestKustomize(t *testing.T) {
	kubectl, err := exec.LookPath("kubectl")
	if err != nil {
		t.Log("no kubectl: the files were read plainly only")
		return
	}
	objects, shared := base(t)
	for folder, more := range map[string]int{"base": 1, "overlays/example": 2} { // the generated settings; and the namespace
		out, err := exec.Command(kubectl, "kustomize", "../../deploy/kubernetes/"+folder).Output()
		if err != nil {
			t.Fatalf("%s: %v", folder, err)
		}
		rendered := documents(t, out)
		if len(rendered) != len(objects)+more {
			t.Errorf("%s: %d objects, want %d", folder, len(rendered), len(objects)+more)
		}
		for name, deployment := range of(rendered, "Deployment") {
			pod := at(deployment, "spec.template.spec")
			restricted(t, name, pod)
			container := list(pod, "containers")[0]
			plain := list(of(objects, "Deployment")[name], "spec.template.spec.containers")[0]
			if got, want := settings(container, shared), settings(plain, shared); !maps.Equal(got, want) {
				t.Errorf("%s: %s is rendered with %v, read plainly with %v", folder, name, got, want)
			}
		}
	}
}
