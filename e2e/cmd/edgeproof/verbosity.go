package main

import (
	"errors"
	"flag"
	"fmt"
	"strconv"

	"github.com/spf13/pflag"
	"k8s.io/klog/v2"

	"github.com/edgeproof/edgeproof/e2e/progress"
)

// mostVerbose is the highest level of -v. From level 8 on client-go logs bodies, and so the values of Secrets.
const mostVerbose = 7

// verbosity is the value of -v, as kubectl has it. It sets klog, which client-go logs to, too.
type verbosity struct {
	log   *progress.Log
	level *int
}

// bindVerbosity registers -v for every command.
func bindVerbosity(set *pflag.FlagSet, level *int, log *progress.Log) {
	set.VarP(verbosity{log, level}, "v", "v", "log more: 2 commands of the container engine, on the node and of Go; "+
		"4 what waits see; 6 requests to the API server; 7 their headers")
}

func (v verbosity) String() string {
	if v.level == nil {
		return "0"
	}
	return strconv.Itoa(*v.level)
}

func (verbosity) Type() string { return "level" }

func (v verbosity) Set(s string) error {
	level, err := strconv.Atoi(s)
	if err != nil || level < 0 || level > mostVerbose {
		return fmt.Errorf("give a level from 0 to %d; higher ones of kubectl show bodies, and so Secrets", mostVerbose)
	}
	var set flag.FlagSet
	klog.InitFlags(&set)
	for name, value := range map[string]string{
		"v": s, "logtostderr": "false", "one_output": "true",
		"stderrthreshold": "FATAL",
	} {
		err = errors.Join(err, set.Set(name, value))
	}
	*v.level = level
	klog.SetOutput(v.log.Writer())
	return err
}
