// Command sqlcheck reads every SQL statement of the stores with TiDB's own parser and names what TiDB would not take,
// and what docs/stores.md forbids because the engines differ in it. It asks no server. It is a module of its own: the
// parser is a large dependency, and none of it belongs into the binary.
//
//	sqlcheck ROOT
package main

import (
	"fmt"
	"os"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: sqlcheck ROOT")
		os.Exit(2)
	}
	statements, err := collect(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	checked, wrong := 0, 0
	for _, s := range statements {
		n, problems := check(s.text)
		checked += n
		for _, problem := range problems {
			wrong++
			fmt.Printf("%s: %s\n", s.where, problem)
		}
	}
	if wrong > 0 {
		os.Exit(1)
	}
	fmt.Printf("sqlcheck: %d statements, all in TiDB's language\n", checked)
}
