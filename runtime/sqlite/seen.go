package sqlite

// seen is what the writing connection has read of the file, and what others could not
// change without its data version being another.
type seen struct {
	dataVersion int64
	head        int64
	filed       []filed
}

// look brings what has been seen up to date. It is called in the transaction in which
// it is to hold.
func (s *seen) look(c *conn, ms []migration) error {
	// The number stays as it is while nobody but the connection itself commits.
	version, err := c.int("PRAGMA data_version")
	if err != nil || version == s.dataVersion {
		return err
	}
	// Another process may have brought the file to a format that we would damage.
	id, err := c.int("PRAGMA user_version")
	if err != nil {
		return err
	}
	if err := (identity{application: applicationID, version: id}).check(ms); err != nil {
		return err
	}
	if s.head, err = readHead(c); err != nil {
		return err
	}
	if s.filed, err = filedTables(c); err != nil {
		return err
	}
	s.dataVersion = version
	return nil
}
