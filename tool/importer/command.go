package importer

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"coffee/internal/httpx"
	"coffee/internal/money"
)

// Command is the subcommand with its own.
func Command() *cobra.Command {
	c := &cobra.Command{
		Use:   "import",
		Short: "Bring in receipts from another point-of-sale system",
		Long: `Brings history into a running coffee through the gateway's REST API, with the operator token that a
start writes into its data folder. What is imported counts in reports at the price and the moment it was
sold; it moves no stock, and closed days stay closed to everything else.

  coffee import receipts   a file of receipt lines, with its products and outlets
  coffee import mapping    print a mapping that comes with the program, to adapt it

Stock sheets and sales targets are not imported.`,
	}
	c.AddCommand(receiptsCommand(), mappingCommand())
	return c
}

func receiptsCommand() *cobra.Command {
	o := Options{Client: &httpx.Client{}}
	var mapping, tokenFile string
	c := &cobra.Command{
		Use:   "receipts FILE --products FILE --outlets FILE --mapping NAME",
		Short: "Import a file of receipt lines",
		Long: `Reads a CSV file with one row for each line of a receipt, and two more that say what was sold and where.
The mapping names their columns and formats: one that comes with the program (` + strings.Join(BuiltIn(), ", ") + `),
or a JSON file of your own; "coffee import mapping" prints one to start from.

What it does
  outlets    that the receipts name become cafés, with their time zone and the mapping's currency and cut-off
  products   that the receipts name become menu items in sizes, and are published at once, unless the menu's
             draft holds somebody else's changes; an item that exists is left as it is
  receipts   become orders, paid and handed over. Paid less than quantity times price is a discount, paid more a
             surcharge: totals are what was paid.

Again and again
  Every id is derived from source, outlet, date and receipt number. Stop it and start it again, run it twice:
  what is there already is unchanged and nothing is added. A receipt that has changed in the file since
  is refused (order_exists): orders are never edited.

Rows that cannot be taken
  are written to FILE.rejects.csv in the current folder (--rejects names another place) with line, column,
  reason and the row itself; an earlier file of that name is replaced. The other rows of the receipt
  come in without them, and so do receipts in other lines. Look at the file before you trust a total.

Pastry inventory and sales targets are not imported in this step, nor are staff and customers.`,
		Example: `  D=../shared/data/coffee-chain-2019-04
  coffee import receipts $D/receipts.csv --products $D/products.csv --outlets $D/outlets.csv --mapping coffee-chain-2019-04`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) (err error) {
			o.Receipts = args[0]
			if o.Mapping, err = LoadMapping(mapping); err != nil {
				return err
			}
			if o.Client.Token, err = httpx.OperatorToken(tokenFile); err != nil {
				return err
			}
			if o.Workers < 1 || o.Workers > 16 {
				return errors.New("--in-flight is 1 to 16")
			}
			o.Progress, o.Live = c.ErrOrStderr(), isTerminal(c.ErrOrStderr())
			c.SilenceUsage = true
			sum, err := Run(c.Context(), o)
			if sum.Source != "" {
				_, said := io.WriteString(c.OutOrStdout(), sum.String())
				err = errors.Join(err, said)
			}
			if err != nil {
				return fmt.Errorf("stopped: %w (run it again to go on)", err)
			}
			return nil
		},
	}
	f := c.Flags()
	f.StringVar(&o.Products, "products", "", "CSV file of what is sold")
	f.StringVar(&o.Outlets, "outlets", "", "CSV file of where it is sold")
	f.StringVar(&mapping, "mapping", "", "name of a mapping, or its JSON file")
	f.StringVar(&o.Rejects, "rejects", "", "file for the rows that cannot be taken (default <FILE>.rejects.csv here)")
	f.IntVar(&o.Workers, "in-flight", 3, "batches sent at a time")
	f.StringVar(&o.Client.URL, "url", httpx.DefaultURL(), "address of the gateway")
	f.StringVar(&tokenFile, "token-file", "", "file of the operator token (default COFFEE_OPERATOR_TOKEN, else <COFFEE_DATA>/operator.token)")
	for _, name := range []string{"products", "outlets", "mapping"} {
		if err := c.MarkFlagRequired(name); err != nil {
			panic(err) // a name that is not a flag
		}
	}
	return c
}

func mappingCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "mapping NAME",
		Short: "Print a mapping that comes with the program",
		Long: `Prints a mapping as JSON. Save it, change columns and formats to those of your export, and give the file's name
to --mapping. Choose your own "source" first: it is part of every id.

  cutoff                 HH:mm at which the business day of the cafés ends
  money                  symbols to take off amounts, the decimal sign, the sign between thousands
  date_format            of YYYY YY MMM MM M DD D
  time_format            of HH hh mm ss AM
  order, amount          may be left out: the file's order, quantity times price
  paid_less, paid_more   discount and surcharge, or refuse
  service, tender        a column and its words; without a column the word for "" counts
  sizes                  a product's last word to the name of its size`,
		Example:   "  coffee import mapping coffee-chain-2019-04 > ours.json",
		Args:      cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs),
		ValidArgs: BuiltIn(),
		RunE: func(c *cobra.Command, args []string) error {
			body, err := readMapping(args[0])
			if err != nil {
				return err
			}
			_, err = c.OutOrStdout().Write(body)
			return err
		},
	}
}

// isTerminal tells whether lines can be redrawn.
func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok || os.Getenv("TERM") == "dumb" {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// String is the summary for people.
func (s Summary) String() string {
	var rows, out strings.Builder
	rows.WriteString("outlet\tcafé\treceipts\tlines\tunits\ttotal\n")
	for _, o := range append(s.Outlets[:len(s.Outlets):len(s.Outlets)], s.OutletSum) {
		if o.Outlet == "" {
			o.Outlet, o.Cafe = "all", s.Source
		}
		fmt.Fprintf(&rows, "%s\t%s\t%d\t%d\t%d\t%s\n", o.Outlet, o.Cafe, o.Receipts, o.Lines, o.Units,
			money.Money{Amount: o.Total, Currency: s.Currency})
	}
	table := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	_, _ = io.WriteString(table, rows.String()) // a builder takes everything
	_ = table.Flush()
	fmt.Fprintf(&out, "receipts: %d added, %d unchanged, %d refused, in %s\n", s.Added, s.Unchanged, s.Refused, s.Elapsed.Round(10*time.Millisecond))
	if s.Rows > 0 {
		fmt.Fprintf(&out, "rows not taken: %d, each with its reason in %s\n", s.Rows, s.Rejects)
	}
	return out.String()
}
