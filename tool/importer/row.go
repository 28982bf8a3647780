package importer

import (
	"bufio"
	"errors"
	"io"
	"strings"
)

// maxRow is the longest row that is looked at, in bytes.
const maxRow = 64 << 10

var (
	errOpenQuote = errors.New("a quote is opened and not closed in this row")
	errBareQuote = errors.New("a quote stands inside a field")
)

// rowReader reads a file row by row. A row is one line: a quote that is never closed spoils its own row and not the
// rest of the file, so a field cannot hold a line break.
type rowReader struct {
	r      *bufio.Reader
	number int   // of the row read last, from 1
	bytes  int64 // read so far
}

func newRowReader(r io.Reader) *rowReader { return &rowReader{r: bufio.NewReaderSize(r, maxRow)} }

// next gives a row without its line end; long rows are cut at maxRow and said so. io.EOF behind the last.
func (r *rowReader) next() (row string, cut bool, err error) {
	chunk, err := r.r.ReadSlice('\n')
	r.bytes += int64(len(chunk))
	row = string(chunk)
	for errors.Is(err, bufio.ErrBufferFull) {
		cut = true
		chunk, err = r.r.ReadSlice('\n')
		r.bytes += int64(len(chunk))
	}
	if err != nil && (!errors.Is(err, io.EOF) || row == "") {
		return "", false, err
	}
	r.number++
	if r.number == 1 {
		row = strings.TrimPrefix(row, "\ufeff")
	}
	return strings.TrimSuffix(strings.TrimSuffix(row, "\n"), "\r"), cut, nil
}

// split cuts a row into fields as RFC 4180 has it: a field in quotes may hold the delimiter, and a quote twice.
func split(row string, comma byte, fields []string) ([]string, error) {
	fields = fields[:0]
	for {
		if !strings.HasPrefix(row, `"`) {
			end := strings.IndexByte(row, comma)
			field := row
			if end >= 0 {
				field = row[:end]
			}
			if strings.Contains(field, `"`) {
				return fields, errBareQuote
			}
			fields = append(fields, field)
			if end < 0 {
				return fields, nil
			}
			row = row[end+1:]
			continue
		}
		end := closing(row)
		if end < 0 {
			return fields, errOpenQuote
		}
		field := strings.ReplaceAll(row[1:end], `""`, `"`)
		row = row[end+1:]
		fields = append(fields, field)
		if row == "" {
			return fields, nil
		}
		if row[0] != comma {
			return fields, errBareQuote
		}
		row = row[1:]
	}
}

// closing finds the quote that ends the field a row begins with; a quote twice is a quote of the field.
func closing(row string) int {
	for i := 1; i < len(row); i++ {
		if row[i] != '"' {
			continue
		}
		if i+1 == len(row) || row[i+1] != '"' {
			return i
		}
		i++
	}
	return -1
}
