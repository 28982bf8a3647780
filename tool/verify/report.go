package verify

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// maxListed bounds the findings that are listed of one invariant; what is beyond is counted.
const maxListed = 500

// Finding is one thing that does not add up.
type Finding struct {
	Invariant int    `json:"invariant"`
	Cafe      string `json:"cafe,omitempty"` // its id; empty where none is known
	Object    string `json:"object"`         // order/<id>, ingredient/<id>, entry/<seq> …
	Text      string `json:"text"`
}

// String is the finding in one line.
func (f Finding) String() string {
	where := f.Object
	if f.Cafe != "" {
		where += " of café " + f.Cafe
	}
	return fmt.Sprintf("invariant %d: %s: %s", f.Invariant, where, f.Text)
}

// Report is what a Run found.
type Report struct {
	// Findings are sorted by invariant, café and object; at most 500 of one invariant are listed.
	Findings []Finding
	// More counts the findings that are not listed, by invariant.
	More map[int]int64
	// Checked counts what was looked at: orders, lines, tenders, entries, consumptions, movements, stock, figures …
	Checked map[string]int64
	Took    time.Duration
}

// Count is the number of findings, listed or not.
func (r Report) Count() int64 {
	n := int64(len(r.Findings))
	for _, more := range r.More {
		n += more
	}
	return n
}

// MarshalJSON writes the report with its time in milliseconds.
func (r Report) MarshalJSON() ([]byte, error) {
	findings := r.Findings
	if findings == nil {
		findings = []Finding{}
	}
	return json.Marshal(struct {
		Findings []Finding        `json:"findings"`
		More     map[int]int64    `json:"more,omitempty"`
		Checked  map[string]int64 `json:"checked"`
		TookMS   int64            `json:"took_ms"`
	}{findings, r.More, r.Checked, r.Took.Milliseconds()})
}

// collector gathers findings and counts; its methods may be called at once.
type collector struct {
	only []int

	mu       sync.Mutex
	findings map[int][]Finding
	more     map[int]int64
	checked  map[string]int64
}

func newCollector(only []int) *collector {
	return &collector{only: only, findings: map[int][]Finding{}, more: map[int]int64{}, checked: map[string]int64{}}
}

func (c *collector) find(invariant int, cafe, object, format string, args ...any) {
	if len(c.only) > 0 && !slices.Contains(c.only, invariant) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.findings[invariant]) >= maxListed {
		c.more[invariant]++
		return
	}
	c.findings[invariant] = append(c.findings[invariant], Finding{invariant, cafe, object, fmt.Sprintf(format, args...)})
}

func (c *collector) count(what string, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.checked[what] += int64(n)
}

func (c *collector) report(took time.Duration) Report {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := Report{More: c.more, Checked: c.checked, Took: took}
	for _, list := range c.findings {
		r.Findings = append(r.Findings, list...)
	}
	slices.SortFunc(r.Findings, func(a, b Finding) int {
		return cmp.Or(
			cmp.Compare(a.Invariant, b.Invariant), strings.Compare(a.Cafe, b.Cafe), strings.Compare(a.Object, b.Object),
			strings.Compare(a.Text, b.Text),
		)
	})
	return r
}
