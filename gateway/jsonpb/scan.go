package jsonpb

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Error says what is wrong with a JSON document and where.
type Error struct {
	// Code is malformed_json, unknown_field or invalid_request (a wrong type).
	Code string
	// Path is the field, as lines[0].quantity; empty for the document itself.
	Path   string
	Detail string
}

func (e *Error) Error() string {
	if e.Path == "" {
		return e.Code + ": " + e.Detail
	}
	return e.Code + ": " + e.Path + ": " + e.Detail
}

// scanner reads JSON by RFC 8259, and keeps the path of what it stands at. Its methods fail by fail, once: after it
// every further step stops at once.
type scanner struct {
	data  []byte
	at    int
	path  []byte
	depth int
	err   *Error
}

func blank(data []byte) bool {
	for _, c := range data {
		if c != ' ' && c != '\t' && c != '\n' && c != '\r' {
			return false
		}
	}
	return true
}

func (s *scanner) fail(code, detail string) {
	if s.err == nil {
		s.err = &Error{Code: code, Path: string(s.path), Detail: detail}
	}
}

// malformed names the place by line and column instead of a path.
func (s *scanner) malformed(what string) {
	if s.err != nil {
		return
	}
	before := s.data[:min(s.at, len(s.data))]
	line := 1 + strings.Count(string(before), "\n")
	column := 1 + utf8.RuneCount(before[strings.LastIndexByte(string(before), '\n')+1:])
	s.err = &Error{Code: "malformed_json", Detail: what + " at line " + strconv.Itoa(line) + ", column " + strconv.Itoa(column) + "."}
}

// next skips white space and gives the byte that follows; 0 at the end or after a failure.
func (s *scanner) next() byte {
	if s.err != nil {
		return 0
	}
	for ; s.at < len(s.data); s.at++ {
		switch c := s.data[s.at]; c {
		case ' ', '\t', '\n', '\r':
		default:
			return c
		}
	}
	return 0
}

// end is for the document: nothing may follow it.
func (s *scanner) end() {
	if s.next(); s.err == nil && s.at < len(s.data) {
		s.malformed("There is something behind the document")
	}
}

// object calls member for each member with its name; the path holds the name meanwhile. A name twice is refused.
func (s *scanner) object(member func(name string)) {
	if !s.open('{') {
		return
	}
	seen := map[string]bool{}
	for n := 0; s.err == nil; n++ {
		switch c := s.next(); {
		case c == '}':
			s.at++
			s.depth--
			return
		case n > 0 && c == ',':
			s.at++
			if s.next() != '"' {
				s.malformed("A field's name is missing")
			}
		case n > 0 || c != '"':
			s.malformed("A field's name in quotes, or the end of the object, is missing")
		}
		name := s.text()
		if s.next() != ':' {
			s.malformed("A colon is missing")
		}
		if s.err != nil {
			return
		}
		s.at++
		long := len(s.path)
		if long > 0 {
			s.path = append(s.path, '.')
		}
		s.path = append(s.path, shortened(name)...)
		if seen[name] {
			s.fail("invalid_request", "This field stands there twice.")
		}
		seen[name] = true
		member(name)
		s.path = s.path[:long]
	}
}

// list calls element for each element; the path holds its index meanwhile.
func (s *scanner) list(element func()) {
	if !s.open('[') {
		return
	}
	for n := 0; s.err == nil; n++ {
		switch c := s.next(); {
		case c == ']':
			s.at++
			s.depth--
			return
		case n > 0 && c != ',':
			s.malformed("A comma or the end of the list is missing")
			return
		case n > 0:
			s.at++
			if s.next() == ']' {
				s.malformed("A value is missing")
				return
			}
		}
		long := len(s.path)
		s.path = append(strconv.AppendInt(append(s.path, '['), int64(n), 10), ']')
		element()
		s.path = s.path[:long]
	}
}

func (s *scanner) open(c byte) bool {
	if s.next() != c {
		s.malformed("A value is missing")
		return false
	}
	s.at++
	if s.depth++; s.depth > MaxDepth {
		s.fail("malformed_json", "The document nests deeper than "+strconv.Itoa(MaxDepth)+".")
		return false
	}
	return true
}

// shortened keeps a stranger's field name from filling the answer.
func shortened(name string) string {
	if len(name) <= 64 {
		return name
	}
	return strings.ToValidUTF8(name[:64], "") + "…"
}

// word reads true, false or null.
func (s *scanner) word(word string) bool {
	if s.next() == 0 || !strings.HasPrefix(string(s.data[s.at:min(len(s.data), s.at+len(word))]), word) {
		return false
	}
	s.at += len(word)
	return true
}

// number reads a JSON number as it is written.
func (s *scanner) number() string {
	s.next()
	start := s.at
	digits := func() bool {
		from := s.at
		for s.at < len(s.data) && '0' <= s.data[s.at] && s.data[s.at] <= '9' {
			s.at++
		}
		return s.at > from
	}
	is := func(any string) bool {
		if s.at < len(s.data) && strings.IndexByte(any, s.data[s.at]) >= 0 {
			s.at++
			return true
		}
		return false
	}
	is("-")
	whole := is("0") || digits()
	if whole && is(".") {
		whole = digits()
	}
	if whole && is("eE") {
		is("+-")
		whole = digits()
	}
	if !whole {
		s.malformed("A number is not written right")
		return ""
	}
	return string(s.data[start:s.at])
}

// text reads a JSON string. Bytes that are no UTF-8 and halves of surrogate pairs are refused.
func (s *scanner) text() string {
	if s.next() != '"' {
		s.malformed("A text in quotes is missing")
		return ""
	}
	s.at++
	start := s.at
	for ; s.at < len(s.data); s.at++ { // the common case: nothing escaped
		switch c := s.data[s.at]; {
		case c == '"':
			out := s.data[start:s.at]
			if !utf8.Valid(out) {
				s.malformed("A text is not UTF-8")
				return ""
			}
			s.at++
			return string(out)
		case c < ' ':
			s.malformed("A text holds a control character that is not escaped")
			return ""
		case c == '\\':
			return s.escaped(append([]byte(nil), s.data[start:s.at]...))
		}
	}
	s.malformed("A text does not end")
	return ""
}

func (s *scanner) escaped(out []byte) string {
	for s.at < len(s.data) {
		c := s.data[s.at]
		switch {
		case c == '"':
			if !utf8.Valid(out) {
				s.malformed("A text is not UTF-8")
				return ""
			}
			s.at++
			return string(out)
		case c < ' ':
			s.malformed("A text holds a control character that is not escaped")
			return ""
		case c != '\\':
			out = append(out, c)
			s.at++
			continue
		}
		s.at++
		if s.at == len(s.data) {
			break
		}
		short := strings.IndexByte(`"\/bfnrt`, s.data[s.at])
		switch {
		case short >= 0:
			out = append(out, "\"\\/\b\f\n\r\t"[short])
			s.at++
		case s.data[s.at] == 'u':
			s.at++
			r, ok := s.unit()
			if ok && utf16.IsSurrogate(r) {
				var low rune
				if ok = s.at+1 < len(s.data) && s.data[s.at] == '\\' && s.data[s.at+1] == 'u'; ok {
					s.at += 2
					low, ok = s.unit()
				}
				if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
					ok = false
				}
			}
			if !ok {
				s.malformed("An escape is not written right")
				return ""
			}
			out = utf8.AppendRune(out, r)
		default:
			s.malformed("An escape is not written right")
			return ""
		}
	}
	s.malformed("A text does not end")
	return ""
}

// unit reads the four hex digits of a \u escape.
func (s *scanner) unit() (rune, bool) {
	if s.at+4 > len(s.data) {
		return 0, false
	}
	var r rune
	for _, c := range s.data[s.at : s.at+4] {
		switch {
		case '0' <= c && c <= '9':
			r = r<<4 | rune(c-'0')
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	s.at += 4
	return r, true
}
