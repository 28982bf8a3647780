package webtest

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	cdpage "github.com/chromedp/cdproto/page"
)

// pictures is set by `make screenshots`: the folder to write all pictures to.
var pictures = flag.String("pictures", "", "write the pictures of the screens to this folder")

// picturesMost is what the folder may weigh: everybody who clones downloads it.
const picturesMost = 2_500_000

// TestPictures takes the pictures of the documentation. Without -pictures it takes one of each screen, to see that it
// can, and keeps none.
func TestPictures(t *testing.T) {
	w := aWorld(t)
	folder, total, taken := *pictures, 0, map[string]bool{}
	if folder == "" {
		folder = t.TempDir()
	}
	for _, s := range screens() {
		for name, look := range s.pictures {
			if taken[name] {
				t.Errorf("two pictures are called %s", name)
			}
			if *pictures == "" && (len(taken) > 0 || len(look) > 1) {
				continue
			}
			taken[name] = true
			p := s.show(t, w, look...)
			p.settled()
			run(p, "scrollTo(0, 0)")
			image := call(p, cdpage.CaptureScreenshot, cdpage.CaptureScreenshotParams{
				Format: cdpage.CaptureScreenshotFormatWebp, Quality: new(int64(80)),
			}).Data
			if len(image) < 1000 || !bytes.Equal(image[8:12], []byte("WEBP")) {
				t.Fatalf("%s is no picture: %d bytes", name, len(image))
			}
			total += len(image)
			if err := os.WriteFile(filepath.Join(folder, name+".webp"), image, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	if total > picturesMost {
		t.Errorf("the pictures are %d bytes together, more than %d", total, picturesMost)
	}
	if len(taken) == 0 {
		t.Error("no screen has a picture")
	}
}
