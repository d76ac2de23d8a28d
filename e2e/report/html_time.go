package report

import (
	"fmt"
	"math"
	"strconv"

	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// bar is a phase in the picture of all of them, one after the other; X, Wall and Fixed are percent of the whole.
type bar struct {
	verdict.Phase
	X, Wall, Fixed string
}

func waterfall(phases []verdict.Phase) []bar {
	whole := 0.0
	for _, p := range phases {
		whole += p.Seconds
	}
	var out []bar
	at := 0.0
	for _, p := range phases {
		out = append(out, bar{p, percent(at, whole), percent(p.Seconds, whole), percent(p.FixedDelaySeconds, whole)})
		at += p.Seconds
	}
	return out
}

// percent is s as a percentage of whole, between 0 and 100.
func percent(s, whole float64) string {
	if whole <= 0 || s <= 0 {
		return "0"
	}
	return short(min(100, 100*s/whole))
}

// short writes a number as short as three decimals allow.
func short(f float64) string { return strconv.FormatFloat(math.Round(f*1000)/1000, 'f', -1, 64) }

// factorLine compares the machine with that of the baseline.
func factorLine(m verdict.Machine) string {
	if f := m.Factor(); f > 0 {
		return fmt.Sprintf("%.2f times", f)
	}
	return "an unknown number of times"
}

// tick is a place on an axis.
type tick struct{ X, Y, Text string }

// ticks are some round seconds between two, with their places in percent.
func ticks(from, to float64, most int) []tick {
	span := to - from
	if span <= 0 {
		return nil
	}
	step := math.Pow(10, math.Floor(math.Log10(span/float64(most))))
	for _, n := range []float64{1, 2, 5, 10} {
		if n*step*float64(most) >= span {
			step *= n
			break
		}
	}
	var out []tick
	for n := math.Ceil(from / step); n*step <= to; n++ {
		out = append(out, tick{X: percent(n*step-from, span), Text: offset(n * step)})
	}
	return out
}

// offset writes seconds since the beginning.
func offset(s float64) string {
	if s <= -0.005 {
		return "−" + short(math.Round(-s*100)/100) + " s"
	}
	return "+" + short(math.Abs(math.Round(s*100)/100)) + " s"
}
