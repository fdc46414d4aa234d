//go:build unix

package speed

import (
	"bytes"
	"fmt"
	"html"
	"math"
	"path"
)

// A point is the cost of a report over a module of some size.
type point struct {
	name             string
	lines, cpu, peak float64
}

const (
	width, height = 420.0, 300.0 // of one diagram
	left, bottom  = 50.0, 40.0   // margins
	top, right    = 30.0, 20.0
)

// plot draws CPU time and memory over lines of code, on logarithmic axes, as an SVG file.
// A dashed line through the largest module shows growth proportional to size. If the cost
// grew faster than size, the smaller modules would be below that line.
func plot(points []point) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" font-family="sans-serif" font-size="11">`+"\n", 2*width, height)
	fmt.Fprintf(&b, "<title>A report run: CPU time and memory over the size of the module</title>\n")
	fmt.Fprintf(&b, `<rect width="%.0f" height="%.0f" fill="white"/>`+"\n", 2*width, height)
	diagram(&b, 0, "CPU seconds", points, func(p point) float64 { return p.cpu })
	diagram(&b, width, "peak MB", points, func(p point) float64 { return p.peak })
	b.WriteString("</svg>\n")
	return b.Bytes()
}

// diagram draws one diagram with its left edge at x.
func diagram(b *bytes.Buffer, x float64, title string, points []point, value func(point) float64) {
	var xs, ys []float64
	largest := points[0]
	for _, p := range points {
		xs, ys = append(xs, p.lines), append(ys, value(p))
		if p.lines > largest.lines {
			largest = p
		}
	}
	h, v := axisOf(xs, x+left, x+width-right), axisOf(ys, height-bottom, top)
	fmt.Fprintf(b, `<g stroke="#ccc" fill="#333"><text x="%.1f" y="18" stroke="none" font-weight="bold">%s</text>`+"\n", x+left, title)
	for e := h.from; e <= h.to; e++ {
		at := h.at(math.Pow(10, e))
		fmt.Fprintf(b, `<path d="M%.1f %.1fV%.1f"/><text x="%.1f" y="%.1f" stroke="none" text-anchor="middle">%s</text>`+"\n", at, top, height-bottom, at, height-bottom+16, power(e))
	}
	for e := v.from; e <= v.to; e++ {
		at := v.at(math.Pow(10, e))
		fmt.Fprintf(b, `<path d="M%.1f %.1fH%.1f"/><text x="%.1f" y="%.1f" stroke="none" text-anchor="end">%s</text>`+"\n", x+left, at, x+width-right, x+left-6, at+4, power(e))
	}
	fmt.Fprintf(b, `<text x="%.1f" y="%.1f" stroke="none" text-anchor="middle">lines of Go</text></g>`+"\n", x+(left+width-right)/2, height-8)
	// In proportion, as far as the diagram goes.
	slope := value(largest) / largest.lines
	low := max(math.Pow(10, h.from), math.Pow(10, v.from)/slope)
	high := min(math.Pow(10, h.to), math.Pow(10, v.to)/slope)
	fmt.Fprintf(b, `<path d="M%.1f %.1fL%.1f %.1f" stroke="#888" stroke-dasharray="4"/>`+"\n", h.at(low), v.at(low*slope), h.at(high), v.at(high*slope))
	for _, p := range points {
		px, py := h.at(p.lines), v.at(value(p))
		anchor, dx := "start", 6.0
		if px > x+width/2 {
			anchor, dx = "end", -6
		}
		fmt.Fprintf(b, `<circle cx="%.1f" cy="%.1f" r="3" fill="#06c"/><text x="%.1f" y="%.1f" text-anchor="%s">%s</text>`+"\n", px, py, px+dx, py-5, anchor, html.EscapeString(short(p.name)))
	}
}

// An axis is logarithmic and covers powers of ten.
type axis struct {
	from, to   float64 // exponents
	start, end float64 // coordinates
}

func axisOf(values []float64, start, end float64) axis {
	a := axis{from: math.Inf(1), to: math.Inf(-1), start: start, end: end}
	for _, v := range values {
		a.from = min(a.from, math.Floor(math.Log10(v)))
		a.to = max(a.to, math.Ceil(math.Log10(v)))
	}
	a.to = max(a.to, a.from+1)
	return a
}

func (a axis) at(v float64) float64 {
	return a.start + (math.Log10(v)-a.from)/(a.to-a.from)*(a.end-a.start)
}

func power(e float64) string {
	switch {
	case e >= 6:
		return fmt.Sprintf("%g M", math.Pow(10, e-6))
	case e >= 3:
		return fmt.Sprintf("%g k", math.Pow(10, e-3))
	}
	return fmt.Sprintf("%g", math.Pow(10, e))
}

// short returns the last elements of a module's path that identify it.
func short(name string) string {
	if base := path.Base(name); len(base) > 3 {
		return base
	}
	return path.Base(path.Dir(name)) + "/" + path.Base(name)
}
