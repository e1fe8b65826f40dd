package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// process is what /proc says of one: memory in KiB, processor time in seconds.
type process struct {
	rss, peak int64
	cpu       float64
}

func readProcess(pid int) (process, error) {
	var result process
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return result, err
	}
	for _, line := range strings.Split(string(status), "\n") {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		switch fields[0] {
		case "VmRSS:":
			result.rss, _ = strconv.ParseInt(fields[1], 10, 64)
		case "VmHWM:":
			result.peak, _ = strconv.ParseInt(fields[1], 10, 64)
		}
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return result, err
	}
	// The name of the command may hold anything; what follows its bracket does not.
	fields := strings.Fields(string(stat)[strings.LastIndexByte(string(stat), ')')+1:])
	user, _ := strconv.ParseFloat(fields[11], 64)
	system, _ := strconv.ParseFloat(fields[12], 64)
	result.cpu = (user + system) / 100
	return result, nil
}

// resetPeak lets the peak of a process begin anew.
func resetPeak(pid int) error {
	return os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0o644)
}

// others are processes beside the measured one that belong to the measurement, by name.
type others map[string]int

func (o others) String() string { return fmt.Sprint(map[string]int(o)) }

// Set reads NAME=PID; may be given several times.
func (o others) Set(text string) error {
	name, pid, found := strings.Cut(text, "=")
	number, err := strconv.Atoi(pid)
	if !found || err != nil {
		return fmt.Errorf("%q: expected NAME=PID", text)
	}
	o[name] = number
	return nil
}

func (o others) cpu() map[string]float64 {
	result := map[string]float64{}
	for name, pid := range o {
		if read, err := readProcess(pid); err == nil {
			result[name] = read.cpu
		}
	}
	return result
}

// stretch tells how busy the machine is with what is no part of the measurement: figures of a busy machine do not count.
type stretch struct {
	begun            time.Time
	busy, stolen     float64
	measured         float64
	pid              int
	beside           others
	besideAtTheStart map[string]float64
}

func beginStretch(pid int, beside others) stretch {
	result := stretch{begun: time.Now(), pid: pid, beside: beside, besideAtTheStart: beside.cpu()}
	result.busy, result.stolen = machine()
	result.measured = result.ownCPU()
	return result
}

func (s stretch) ownCPU() float64 {
	controller, _ := readProcess(s.pid)
	meter, _ := readProcess(os.Getpid())
	sum := controller.cpu + meter.cpu
	for _, seconds := range s.beside.cpu() {
		sum += seconds
	}
	return sum
}

// foreign gives the cores that others used on average, and those that the hypervisor kept for itself.
func (s stretch) foreign() (used, stolen float64) {
	busy, kept := machine()
	seconds := time.Since(s.begun).Seconds()
	return (busy - s.busy - (s.ownCPU() - s.measured)) / seconds, (kept - s.stolen) / seconds
}

// besideCPU gives the processor seconds of the others since the stretch began.
func (s stretch) besideCPU() map[string]float64 {
	result := s.beside.cpu()
	for name := range result {
		result[name] = rounded(result[name]-s.besideAtTheStart[name], 2)
	}
	return result
}

// machine gives busy and stolen processor seconds since it was started.
func machine() (busy, stolen float64) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, 0
	}
	for index, field := range strings.Fields(strings.SplitN(string(text), "\n", 2)[0])[1:] {
		ticks, _ := strconv.ParseFloat(field, 64)
		switch index {
		case 0, 1, 2, 5, 6:
			busy += ticks / 100
		case 7:
			stolen += ticks / 100
		}
	}
	return busy, stolen
}
