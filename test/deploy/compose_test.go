package deploy

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"coffee/app"
)

// composed is compose.yaml with an override file merged over it, as far as our files need: maps are merged, all else
// is replaced.
func composed(t *testing.T, overrides ...string) object {
	t.Helper()
	whole := documents(t, file(t, "compose.yaml"))[0]
	for _, name := range overrides {
		whole = merged(whole, documents(t, file(t, name))[0])
	}
	return whole
}

func merged(under, over object) object {
	for key, value := range over {
		a, isMap := under[key].(object)
		b, bothMaps := value.(object)
		if isMap && bothMaps {
			value = merged(a, b)
		}
		under[key] = value
	}
	return under
}

// environment is what a compose service sets.
func environment(service any) map[string]string {
	all := map[string]string{}
	values, _ := at(service, "environment").(object)
	for name, value := range values {
		all[name] = fmt.Sprint(value)
	}
	return all
}

func TestCompose(t *testing.T) {
	folder := secrets(t)
	for name, overrides := range map[string][]string{
		"MySQL": nil, "MariaDB": {"compose.mariadb.yaml"}, "replicas": {"compose.replicas.yaml"},
	} {
		t.Run(name, func(t *testing.T) {
			whole := composed(t, overrides...)
			for _, part := range app.All() {
				service := at(whole, "services."+part)
				starts(t, part, environment(service), map[string]string{"/run/coffee": filepath.Join(folder, part)})
				composePart(t, part, service)
			}
			starts(t, "migrate", environment(at(whole, "services.migrate")), map[string]string{"/run/coffee": filepath.Join(folder, "migrate")})
			composeOrder(t, whole)
			composeBuild(t, whole)
		})
	}
}

// composeBuild: one service builds the image that all run, the one that comes first. Where each builds it, builders that
// work side by side refuse the second image of the same name.
func composeBuild(t *testing.T, whole object) {
	t.Helper()
	services, _ := at(whole, "services").(object)
	for name := range services {
		service := at(whole, "services."+name)
		if at(service, "image") != "coffee:local" {
			continue
		}
		if builds := at(service, "build") != nil; builds != (name == "secrets") {
			t.Errorf("%s builds the image: %v", name, builds)
		}
		if at(service, "pull_policy") != "never" {
			t.Errorf("%s looks for coffee:local in a registry", name)
		}
	}
}

// composePart: its own port, its own secrets and no more rights than it needs.
func composePart(t *testing.T, part string, service any) {
	t.Helper()
	port := ports()[part]
	if got := environment(service)["COFFEE_"+strings.ToUpper(part)+"_LISTEN"]; got != fmt.Sprintf(":%d", port) {
		t.Errorf("%s listens on %q, want :%d", part, got, port)
	}
	if got := fmt.Sprint(list(service, "command")); got != "[serve "+part+"]" {
		t.Errorf("%s runs %s", part, got)
	}
	if got := fmt.Sprint(list(service, "volumes")); got != "[secrets-"+part+":/run/coffee:ro]" {
		t.Errorf("%s sees %s", part, got)
	}
	if part != "gateway" && part != "frontend" {
		if got := fmt.Sprint(list(service, "expose")); got != fmt.Sprintf("[%d]", port) {
			t.Errorf("%s exposes %s", part, got)
		}
		if got := at(service, "ports"); got != nil {
			t.Errorf("%s is open to the machine: %v", part, got)
		}
	}
	if text(service, "user") != "65532:65532" || at(service, "read_only") != true || fmt.Sprint(list(service, "cap_drop")) != "[ALL]" {
		t.Errorf("%s runs with more rights than it needs", part)
	}
	if len(list(service, "healthcheck.test")) == 0 {
		t.Errorf("%s is not watched", part)
	}
}

// composeOrder: who waits for whom, and for what.
func composeOrder(t *testing.T, whole object) {
	t.Helper()
	const healthy, completed = "service_healthy", "service_completed_successfully"
	want := map[string]map[string]string{
		"mysql": {"secrets": completed}, "migrate": {"mysql": healthy}, "gateway": {}, "frontend": {"gateway": healthy},
	}
	for _, s := range app.Services {
		want[s.Name] = map[string]string{"migrate": completed}
		want["gateway"][s.Name] = healthy
	}
	services, _ := whole["services"].(object)
	for name, needs := range want {
		got, _ := at(services[name], "depends_on").(object)
		if len(got) != len(needs) {
			t.Errorf("%s waits for %v, want %v", name, got, needs)
		}
		for other, condition := range needs {
			if text(got[other], "condition") != condition {
				t.Errorf("%s waits for %s until %v, want %s", name, other, got[other], condition)
			}
		}
	}
	if got := len(services); got != len(want)+1 { // and the job that draws the secrets
		t.Errorf("%d services, want %d", got, len(want)+1)
	}
	if got := fmt.Sprint(list(services["mysql"], "ports")); got != "[127.0.0.1:3307:3306]" {
		t.Errorf("MySQL is at %s", got)
	}
	// The job sees every folder that it writes into, and every volume that is used is declared.
	volumes, _ := whole["volumes"].(object)
	var drawn []string
	for _, v := range list(services["secrets"], "volumes") {
		drawn = append(drawn, strings.Split(fmt.Sprint(v), ":")[1])
	}
	for _, folder := range append(app.All(), "authority", "mysql", "migrate") {
		if !slices.Contains(drawn, "/secrets/"+folder) {
			t.Errorf("the secrets of %s are lost with the job that draws them", folder)
		}
	}
	for name, service := range services {
		for _, v := range list(service, "volumes") {
			source, _, _ := strings.Cut(fmt.Sprint(v), ":")
			if _, ok := volumes[source]; !ok {
				t.Errorf("%s uses the volume %s, which is not declared", name, source)
			}
		}
		for name, value := range environment(service) {
			if lower := strings.ToLower(name); (strings.Contains(lower, "password") || strings.Contains(lower, "database")) && !strings.HasPrefix(value, "/run/coffee/") {
				t.Errorf("%s is in the file itself", name)
			}
		}
	}
}

// TestImagesAreFromTheLibrary: official images of the public registry only.
func TestImagesAreFromTheLibrary(t *testing.T) {
	for _, name := range []string{"compose.yaml", "compose.mariadb.yaml", "Dockerfile"} {
		for line := range strings.Lines(string(file(t, name))) {
			words := strings.Fields(line)
			if len(words) < 2 || (words[0] != "image:" && words[0] != "FROM") {
				continue
			}
			if image := words[1]; strings.Contains(image, "/") || (image != "scratch" && !strings.Contains(image, ":")) {
				t.Errorf("%s: %s is no pinned image of the public library", name, image)
			}
		}
	}
}

// TestDockerfile: the image is nothing but the binary, started by a numeric user, and says how it is.
func TestDockerfile(t *testing.T) {
	dockerfile := string(file(t, "Dockerfile"))
	for _, want := range []string{
		"FROM scratch", "USER 65532:65532", `ENTRYPOINT ["/coffee"]`, "HEALTHCHECK", `"/coffee", "health"`, "CGO_ENABLED=0", "-trimpath",
	} {
		if !strings.Contains(dockerfile, want) {
			t.Errorf("no %s", want)
		}
	}
	for part, port := range ports() {
		if !strings.Contains(dockerfile, fmt.Sprint(" ", port)) || !strings.Contains(dockerfile, part) {
			t.Errorf("the image does not know %s, port %d", part, port)
		}
	}
}
