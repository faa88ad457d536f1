// compose-loader reads compose files as docker compose does, without an engine: schema, interpolation, references between services,
// secrets and volumes. It prints the resolved project as JSON.
//
// usage: compose-loader FILE...      Exit: 0, 1 what docker compose would refuse.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/compose-spec/compose-go/v2/cli"
)

func resolved(files []string) ([]byte, error) {
	options, err := cli.NewProjectOptions(files, cli.WithOsEnv, cli.WithDotEnv, cli.WithDefaultProfiles("*"), cli.WithConsistency(true))
	if err != nil {
		return nil, err
	}
	project, err := options.LoadProject(context.Background())
	if err != nil {
		return nil, err
	}
	return project.MarshalJSON()
}

func main() {
	text, err := resolved(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "compose-loader:", err)
		os.Exit(1)
	}
	fmt.Println(string(text))
}
