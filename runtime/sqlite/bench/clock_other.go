//go:build !unix

package main

import "time"

// processorTime is the time of day where the system does not tell the other in the same way.
func processorTime() time.Duration { return timeOfDay() }
