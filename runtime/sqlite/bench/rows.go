package main

// rows are the rows of the table, in their order.
func (b *bench) rows() []row {
	rows := b.saveRows()
	rows = append(rows, b.batchRow())
	rows = append(rows, b.readRows()...)
	rows = append(rows, b.snapshotRow())
	rows = append(rows, b.replayRows()...)
	rows = append(rows, b.tableRows()...)
	rows = append(rows, b.conditionRows()...)
	rows = append(rows, b.decisionRow())
	return append(rows, b.sizeRows()...)
}
