// Times klauspost/reedsolomon: see bench/peers/README.md. A codec is a code (vandermonde, cauchy,
// jerasure, leopard8, leopard16) and instructions: best, or avx2 (no AVX-512, no GFNI).
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"os"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/klauspost/reedsolomon"
)

type request struct {
	Op, Codec                string
	K, M, Bytes, Lost, Calls int
}

type answer struct {
	CpuMs   float64 `json:"cpuMs"`
	WallMs  float64 `json:"wallMs"`
	Digest  uint32  `json:"digest"`
	Version string  `json:"version"`
}

type coder struct {
	encoder reedsolomon.Encoder
	shards  [][]byte
}

func optionsOf(codec string) ([]reedsolomon.Option, error) {
	code, instructions, _ := strings.Cut(codec, " ")
	options := []reedsolomon.Option{reedsolomon.WithMaxGoroutines(1)}
	switch code {
	case "vandermonde":
	case "cauchy":
		options = append(options, reedsolomon.WithCauchyMatrix())
	case "jerasure":
		options = append(options, reedsolomon.WithJerasureMatrix())
	case "leopard8":
		options = append(options, reedsolomon.WithLeopardGF(true))
	case "leopard16":
		options = append(options, reedsolomon.WithLeopardGF16(true))
	default:
		return nil, fmt.Errorf("codec %s", codec)
	}
	if instructions == "avx2" {
		options = append(options, reedsolomon.WithAVX512(false), reedsolomon.WithAVXGFNI(false))
	}
	return options, nil
}

func prepare(r request) (*coder, error) {
	options, err := optionsOf(r.Codec)
	if err != nil {
		return nil, err
	}
	encoder, err := reedsolomon.New(r.K, r.M, options...)
	if err != nil {
		return nil, err
	}
	shards := reedsolomon.AllocAligned(r.K+r.M, r.Bytes)
	for i := range shards[:r.K] {
		for j := range shards[i] {
			shards[i][j] = byte((7*i+13*j+(j>>8))*29 + (i >> 8))
		}
	}
	return &coder{encoder, shards}, encoder.Encode(shards)
}

func cpuMs() float64 {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	ms := func(t syscall.Timeval) float64 { return float64(t.Sec)*1e3 + float64(t.Usec)/1e3 }
	return ms(u.Utime) + ms(u.Stime)
}

func version() string {
	info, _ := debug.ReadBuildInfo()
	for _, module := range info.Deps {
		if strings.HasSuffix(module.Path, "/reedsolomon") {
			return module.Version
		}
	}
	return ""
}

func (c *coder) run(r request) (a answer, err error) {
	defer func() {
		if panicked := recover(); panicked != nil {
			err = fmt.Errorf("panic: %v", panicked)
		}
	}()
	cpu := cpuMs()
	start := time.Now()
	for range r.Calls {
		if r.Op == "encode" {
			err = c.encoder.Encode(c.shards)
		} else {
			for i := range r.Lost {
				c.shards[i] = c.shards[i][:0]
			}
			err = c.encoder.ReconstructData(c.shards)
		}
		if err != nil {
			return
		}
	}
	wall := time.Since(start)
	end := cpuMs()
	outputs := c.shards[r.K:]
	if r.Op == "decode" {
		outputs = c.shards[:r.Lost]
	}
	for _, shard := range outputs {
		a.Digest = crc32.Update(a.Digest, crc32.IEEETable, shard)
	}
	a.CpuMs = (end - cpu) / float64(r.Calls)
	a.WallMs = wall.Seconds() * 1e3 / float64(r.Calls)
	a.Version = version()
	return
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	out := json.NewEncoder(os.Stdout)
	var last request
	var current *coder
	for lines.Scan() {
		var r request
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			panic(err)
		}
		var err error
		if current == nil || last.Codec != r.Codec || last.K != r.K || last.M != r.M || last.Bytes != r.Bytes {
			current, err = prepare(r)
			last = r
		}
		var a answer
		if err == nil {
			a, err = current.run(r)
		}
		if err != nil {
			current = nil
			out.Encode(map[string]string{"error": err.Error()})
			continue
		}
		out.Encode(a)
	}
}
