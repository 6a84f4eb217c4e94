// The docker client's compose plug-in, for a machine that has none and cannot install one: upstream's
// own program, at the version that go.mod pins.
package main

import _ "github.com/docker/compose/v2/cmd"
