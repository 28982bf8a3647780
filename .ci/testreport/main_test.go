package main

import (
	"strings"
	"testing"
)

func TestReport(t *testing.T) {
	tests := []struct {
		name      string
		in        string
		skipFails bool
		ok        bool
		want      []string
	}{
		{name: "nothing", ok: true, want: []string{"0 passed, 0 failed, 0 skipped"}},
		{
			name: "pass",
			in: `{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestA","Output":"chatter\n"}
{"Action":"pass","Package":"p","Test":"TestA"}
{"Action":"pass","Package":"p","Elapsed":1.5}`,
			ok: true, want: []string{"ok    p 1.5s", "1 passed, 0 failed, 0 skipped"},
		},
		{
			name: "a package without tests is no skip",
			in:   `{"Action":"skip","Package":"p"}`, skipFails: true,
			ok: true, want: []string{"0 passed, 0 failed, 0 skipped"},
		},
		{
			name: "skip listed",
			in: `{"Action":"output","Package":"p","Test":"TestA","Output":"    a_test.go:3: no MariaDB\n"}
{"Action":"output","Package":"p","Test":"TestA","Output":"--- SKIP: TestA (0.00s)\n"}
{"Action":"skip","Package":"p","Test":"TestA"}`,
			ok: true, want: []string{"SKIP  p TestA: a_test.go:3: no MariaDB", "0 passed, 0 failed, 1 skipped"},
		},
		{
			name: "skip fails",
			in:   `{"Action":"skip","Package":"p","Test":"TestA"}`, skipFails: true,
			ok: false, want: []string{"no reason given", "0 passed, 0 failed, 1 skipped"},
		},
		{
			name: "fail",
			in: `{"Action":"output","Package":"p","Test":"TestA","Output":"broken\n"}
{"Action":"fail","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Output":"FAIL\n"}
{"Action":"fail","Package":"p"}`,
			ok: false, want: []string{"broken", "FAIL  p", "0 passed, 1 failed, 0 skipped"},
		},
		{
			name: "panic",
			in: `{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestA","Output":"panic: oh\n"}
{"Action":"fail","Package":"p"}`,
			ok: false, want: []string{"panic: oh", "TestA (never finished)", "0 passed, 1 failed, 0 skipped"},
		},
		{
			name: "does not build",
			in: `{"Action":"build-output","ImportPath":"p","Output":"x.go:1: undefined\n"}
{"Action":"build-fail","ImportPath":"p"}
{"Action":"fail","Package":"p"}`,
			ok: false, want: []string{"undefined", "FAIL  p", "0 passed, 0 failed, 0 skipped"},
		},
		{
			name: "cut off",
			in:   `{"Action":"run","Package":"p","Test":"TestA"}`,
			ok:   false, want: []string{"p TestA (the run was cut off)", "0 passed, 1 failed, 0 skipped"},
		},
		{name: "other words", in: "go: no such thing", ok: true, want: []string{"go: no such thing"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out strings.Builder
			ok, err := report(strings.NewReader(tt.in), &out, tt.skipFails)
			if err != nil {
				t.Fatal(err)
			}
			if ok != tt.ok {
				t.Errorf("ok = %v, want %v", ok, tt.ok)
			}
			for _, want := range tt.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("no %q in:\n%s", want, out.String())
				}
			}
			if strings.Contains(out.String(), "chatter") {
				t.Error("output of a test that passed was printed")
			}
		})
	}
}
