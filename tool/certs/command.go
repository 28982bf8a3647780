// Package certs is `coffee certs`: the chain's own authority, and the certificates by which its parts know each other
// and browsers know the chain. It works on one folder of files; what reads them is internal/certs.
package certs

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"coffee/internal/certs"
)

// Command is the subcommand with its own. parts are those that call each other; defaultFolder is where their
// certificates lie when --dir does not say.
func Command(parts []string, defaultFolder string) *cobra.Command {
	f := &folder{now: time.Now}
	c := &cobra.Command{
		Use:   "certs",
		Short: "The chain's certificates: an authority of its own, and what it signs",
		Long: `Makes and replaces the certificates of a chain whose parts run on several machines. A folder
(COFFEE_CERTS, or --dir) holds the authority (ca.pem, ca.key) and a certificate with its key for
each part (order.pem, order.key …). A machine needs ca.pem and the files of the parts it runs;
ca.key stays where certificates are made. Running parts read changed files again by themselves.
Files are never overwritten without "rotate". See docs/tls.md.`,
		Example: `  coffee certs init
  coffee certs issue all
  coffee certs issue --browser cafe.example.com 192.168.1.20`,
	}
	c.PersistentFlags().StringVar(&f.path, "dir", defaultFolder, "folder of the certificates")
	c.AddCommand(initCommand(f), issueCommand(f, parts), rotateCommand(f), showCommand(f))
	return c
}

func initCommand(f *folder) *cobra.Command {
	var domains []string
	c := &cobra.Command{
		Use:   "init",
		Short: "Make the chain's authority",
		Long: `Makes ca.pem, which every part is given, and ca.key, which signs and stays here (mode 0600).
With --domain the authority can sign for that domain's names only, besides the parts' own: a
tablet that trusts it then trusts it for nothing else on the internet.`,
		Example: `  coffee certs init
  coffee certs init --domain cafe.example.com`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := f.initialize(domains); err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "made %s and its key. Keep ca.key to yourself; next: coffee certs issue all\n", f.file(certs.AuthorityFile))
			return nil
		},
	}
	c.Flags().StringSliceVar(&domains, "domain", nil, "domain for which it may vouch, with all below it; may be repeated")
	return c
}

func issueCommand(f *folder, parts []string) *cobra.Command {
	var browser bool
	var hostNames []string
	days := int(leafLife.Hours() / 24)
	c := &cobra.Command{
		Use:   "issue PART... | issue --browser HOST...",
		Short: "Sign certificates for parts, or one for browsers",
		Long: fmt.Sprintf(`Signs a certificate for each named part ("all": every one that has none yet). The parts are
%s. With --browser it signs browser.pem for
the named hosts and addresses instead: what frontend and gateway show to browsers
(COFFEE_TLS_CERT, COFFEE_TLS_KEY).`, strings.Join(parts, ", ")),
		Example: `  coffee certs issue all
  coffee certs issue order --host order.example.net
  coffee certs issue --browser cafe.example.com 192.168.1.20`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, names []string) error {
			life := time.Duration(days) * 24 * time.Hour
			if days < 1 || life > authorityLife {
				return fmt.Errorf("--days %d: a certificate lives 1 to %d days", days, int(authorityLife.Hours()/24))
			}
			if browser {
				if len(hostNames) > 0 {
					return errors.New("with --browser the hosts are the arguments themselves")
				}
				return issued(c, f, browserLeaf, f.issue(browserLeaf, names, life))
			}
			names, err := f.missing(names, parts)
			if err != nil {
				return err
			}
			for _, name := range names {
				if err := issued(c, f, name, f.issue(name, hostNames, life)); err != nil {
					return err
				}
			}
			return nil
		},
	}
	c.Flags().BoolVar(&browser, "browser", false, "a certificate for browsers; the arguments are host names and addresses")
	c.Flags().StringSliceVar(&hostNames, "host", nil, "further name or address of the part's machine; may be repeated")
	c.Flags().IntVar(&days, "days", days, "how long it lives")
	return c
}

// missing resolves "all" and refuses what is no part.
func (f folder) missing(names, parts []string) ([]string, error) {
	if !slices.Equal(names, []string{"all"}) {
		for _, name := range names {
			if !slices.Contains(parts, name) {
				return nil, fmt.Errorf("%q has no certificate of its own; the parts that do are %s", name, strings.Join(parts, ", "))
			}
		}
		return names, nil
	}
	present, err := f.leaves()
	if err != nil {
		return nil, err
	}
	names = slices.DeleteFunc(slices.Clone(parts), func(part string) bool {
		return slices.ContainsFunc(present, func(l leaf) bool { return l.name == part })
	})
	if len(names) == 0 {
		return nil, errors.New("every part has its certificate: coffee certs rotate replaces them")
	}
	return names, nil
}

// issued says what was signed.
func issued(c *cobra.Command, f *folder, name string, err error) error {
	if err != nil {
		return err
	}
	all, err := f.certificates(name + ".pem")
	if err != nil {
		return err
	}
	fmt.Fprintf(c.OutOrStdout(), "%s: for %s until %s\n", f.file(name+".pem"), strings.Join(names(leaf{name, all[0]}), ", "), all[0].NotAfter.Format(time.DateOnly))
	return nil
}

// names are what a certificate vouches for.
func names(l leaf) []string {
	all := slices.Clone(l.certificate.DNSNames)
	for _, ip := range l.certificate.IPAddresses {
		all = append(all, ip.String())
	}
	return all
}

func rotateCommand(f *folder) *cobra.Command {
	var authority, drop bool
	c := &cobra.Command{
		Use:   "rotate [PART...]",
		Short: "Replace certificates, or the authority itself, while everything runs",
		Long: `Replaces the certificates of the named parts ("browser" for the one for browsers), or all in the
folder: the same names, a new key, signed by the present authority. To replace the authority, in
this order, giving every machine the changed files each time before going on:

  coffee certs rotate --ca         ca.pem now holds the new and the old one; both count
  coffee certs rotate              every certificate is signed by the new one
  coffee certs rotate --drop-old   ca.pem holds the new one alone`,
		RunE: func(c *cobra.Command, names []string) error {
			switch {
			case authority && drop, (authority || drop) && len(names) > 0:
				return errors.New("one step at a time: --ca, then the certificates, then --drop-old")
			case authority:
				if err := f.renew(); err != nil {
					return err
				}
				fmt.Fprintf(c.OutOrStdout(), "%s holds a new authority and the old one. Give it to every machine, tablets too; then: coffee certs rotate\n", f.file(certs.AuthorityFile))
				return nil
			case drop:
				if err := f.dropOld(); err != nil {
					return err
				}
				fmt.Fprintf(c.OutOrStdout(), "%s holds the new authority alone. Give it to every machine.\n", f.file(certs.AuthorityFile))
				return nil
			}
			leaves, err := f.chosen(names)
			if err != nil {
				return err
			}
			for _, l := range leaves {
				if err := issued(c, f, l.name, f.rotate(l)); err != nil {
					return err
				}
			}
			return nil
		},
	}
	c.Flags().BoolVar(&authority, "ca", false, "make a new authority beside the old one")
	c.Flags().BoolVar(&drop, "drop-old", false, "stop trusting the old authority")
	return c
}

func showCommand(f *folder) *cobra.Command {
	return &cobra.Command{
		Use:   "show",
		Short: "List the folder's certificates: names, end, signer",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			authorities, err := f.certificates(certs.AuthorityFile)
			if err != nil {
				return err
			}
			leaves, err := f.leaves()
			if err != nil {
				return err
			}
			table := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(table, "FILE\tFOR\tUNTIL\tSIGNED BY")
			for _, a := range authorities {
				fmt.Fprintf(table, "%s\t%s\t%s\titself\n", certs.AuthorityFile, a.Subject.CommonName, a.NotAfter.Format(time.DateOnly))
			}
			for _, l := range leaves {
				by := "an authority that is not in " + certs.AuthorityFile
				for _, a := range authorities {
					if l.certificate.CheckSignatureFrom(a) == nil {
						by = a.Subject.CommonName
					}
				}
				fmt.Fprintf(table, "%s.pem\t%s\t%s\t%s\n", l.name, strings.Join(names(l), " "), l.certificate.NotAfter.Format(time.DateOnly), by)
			}
			return table.Flush()
		},
	}
}
