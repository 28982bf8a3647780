package webtest

import (
	"regexp"
	"slices"
	"testing"
)

// screen is one state of the application that people look at. Every one of them is held against the same demands: see
// TestScreens. Who builds a screen adds it to the list of its part (screens_counter_test.go and so on).
type screen struct {
	name string
	path func(w *world) string
	// who looks at it: nil is somebody whom nobody knows.
	who func(w *world) []*client
	// reach goes from the path to the state, by hand; nil: the path is enough. It runs in every language, so it finds
	// things by what does not change with it (the names of drinks, keys, press, an address).
	reach func(p *page, w *world)
	// busy is a screen worked on with fingers all day: counter and bar. Targets are 44 px, contrast is 7.
	busy bool
	// expects are faults that belong to the screen, as a page for something that is not there.
	expects string
	// pictures are how it is shown in docs/screens: the file's name and the look.
	pictures map[string][]as
}

// screens are all there are.
func screens() []screen {
	return slices.Concat(orderScreens(), counterScreens(), barScreens(), officeScreens(), managedScreens())
}

// asksWhoIsThere is what every page for people who sign in does first, and the answer to nobody is 401.
const asksWhoIsThere = `/session: 401|status of 401 \(Unauthorized\) .*/session$`

func at(path string) func(*world) string { return func(*world) string { return path } }

// The people who look at screens.
func barista(w *world) []*client  { return []*client{w.counter("barista")} }
func manager(w *world) []*client  { return []*client{w.counter("manager")} }
func head(w *world) []*client     { return []*client{w.head()} }
func customer(w *world) []*client { return []*client{w.customer} }

// show opens a screen as its person sees it.
func (s screen) show(t testing.TB, w *world, options ...as) *page {
	t.Helper()
	v := visitor(t, w.frontend, options...)
	if s.who != nil {
		v.with(s.who(w)...)
	}
	p := v.tab()
	if s.expects != "" {
		p.expects(s.expects)
	}
	p.goTo(s.path(w))
	p.settled()
	if s.reach != nil {
		s.reach(p, w)
		p.settled()
	}
	return p
}

// TestScreens holds every screen against what every screen owes everybody.
func TestScreens(t *testing.T) {
	t.Parallel()
	for _, s := range screens() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			w := aWorld(t)
			var more []string
			if s.busy {
				more = append(more, "color-contrast-enhanced")
			}
			for _, scheme := range []as{light, dark} {
				p := s.show(t, w, desk, scheme)
				for _, size := range []as{desk, tablet, phone} {
					l := p.look
					size(&l)
					p.resize(l.width, l.height)
					p.axe(more...)
					if s.busy {
						p.targets()
					}
				}
			}
			p := s.show(t, w, desk)
			p.shape()
			p.still()
			p.overflow()
			p.speaks("en", "ltr")
			p.keyboard()
			s.show(t, w, phone, french).speaks("fr", "ltr")
			p = s.show(t, w, phone, arabic)
			p.speaks("ar", "rtl")
			p.axe(more...)
			p.overflow()
		})
	}
}

// A text by its key in place of the text, and an id where people need a name.
var (
	bareKey = regexp.MustCompile(`\b(common|problems|order|counter|bar|office|menu|stock|cafes)\.[a-z][A-Za-z0-9_.]*\b`)
	bareID  = regexp.MustCompile(`\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b`)
	hole    = regexp.MustCompile(`\b(undefined|null|NaN|Invalid Date|\[object Object\])\b|\[object `)
)

// speaks fails the test unless the page is in this language and direction, in whole words.
func (p *page) speaks(language, direction string) {
	p.t.Helper()
	p.settled()
	page := evaluate[struct{ Lang, Dir, Title string }](p, `({Lang: document.documentElement.lang, Dir: getComputedStyle(document.documentElement).direction, Title: document.title})`)
	if page.Lang != language || page.Dir != direction {
		p.t.Errorf("%s: the page is in %q, %s, want %q, %s", p.whereabouts(), page.Lang, page.Dir, language, direction)
	}
	words, err := p.words()
	if err != nil {
		p.fatalf("%v", err)
	}
	for what, pattern := range map[string]*regexp.Regexp{"a key in place of its text": bareKey, "a bare id": bareID, "a hole": hole} {
		if found := pattern.FindString(words + "\n" + page.Title); found != "" {
			p.t.Errorf("%s: %s: %s", p.whereabouts(), what, found)
		}
	}
}
