package webtest

import (
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// look is how somebody looks at a screen: with what device, in which light, in which language.
type look struct {
	width, height int64
	touch         bool
	scheme        string // light or dark
	language      string // as a browser sends it
	zone          string
	motion        bool // animations run; otherwise the person asked for reduced motion
	density       float64
}

// as changes a look.
type as func(*look)

// The devices. A narrow phone and a cinema are for the overflow check.
func phone(l *look)  { l.width, l.height, l.touch = 390, 844, true }
func tablet(l *look) { l.width, l.height, l.touch = 1180, 820, true }
func desk(l *look)   { l.width, l.height, l.touch = 1440, 900, false }

func light(l *look) { l.scheme = "light" }
func dark(l *look)  { l.scheme = "dark" }

func english(l *look) { l.language = "en-GB" }
func french(l *look)  { l.language = "fr-FR" }
func arabic(l *look)  { l.language = "ar-MA" }

// moving lets animations run.
func moving(l *look) { l.motion = true }

// sharp has two pixels for each, for pictures.
func sharp(l *look) { l.density = 2 }

func lookOf(options []as) look {
	l := look{scheme: "light", language: "en-GB", zone: "Africa/Casablanca", density: 1}
	desk(&l)
	for _, option := range options {
		option(&l)
	}
	return l
}

// wear makes a page look so.
func (p *page) wear(l look) {
	p.t.Helper()
	p.look = l
	p.resize(l.width, l.height)
	call(p, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: l.touch})
	p.media()
	call(p, emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{
		UserAgent: evaluate[string](p, "navigator.userAgent"), AcceptLanguage: l.language,
	})
	call(p, emulation.SetLocaleOverride, emulation.SetLocaleOverrideParams{Locale: l.language})
	call(p, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: l.zone})
}

func (p *page) media() {
	p.t.Helper()
	motion := "reduce"
	if p.look.motion {
		motion = "no-preference"
	}
	call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: p.look.scheme},
		{Name: "prefers-reduced-motion", Value: motion},
	}})
}

// resize gives the page another size; what it shows stays.
func (p *page) resize(width, height int64) {
	p.t.Helper()
	p.look.width, p.look.height = width, height
	call(p, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: width, Height: height, DeviceScaleFactor: p.look.density, Mobile: p.look.touch,
	})
}

// call runs one command of the protocol.
func call[P, R any](p *page, command cdp.Command[P, R], params P) R {
	p.t.Helper()
	ctx, cancel := p.within()
	defer cancel()
	result, err := chromedp.Call(ctx, command, params)
	if err != nil {
		p.fatalf("%s: %v", command.Method, err)
	}
	return result
}
