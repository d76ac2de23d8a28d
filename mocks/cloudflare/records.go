package cloudflare

import (
	"net/http"
	"strconv"

	"github.com/edgeproof/edgeproof/mocks/zone"
)

const (
	recordsPerPage    = 100
	maxRecordsPerPage = 5_000_000 // OpenAPI; older documents say 5,000
)

// listRecords is GET /zones/{zone_id}/dns_records.
func listRecords(x *exchange) error {
	p, err := x.query.paging(recordsPerPage, maxRecordsPerPage)
	if err != nil {
		return err
	}
	q, err := x.query.records(p)
	if err != nil {
		return err
	}
	found, total, err := x.store.List(x.zone.ID, q)
	if err != nil {
		return refuseRecords() // removed since it was looked up
	}
	buf := x.buffers.get()
	defer x.buffers.put(buf)
	b := append(*buf, `{"result":[`...)
	for i, r := range found {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendRecord(b, r)
		if len(b) >= flushAt {
			x.stream(b)
			b = b[:0]
		}
	}
	b = append(b, "]"+closeEnvelope+`,"result_info":{"page":`...)
	b = strconv.AppendInt(b, int64(p.page), 10)
	b = append(b, `,"per_page":`...)
	b = strconv.AppendInt(b, int64(p.perPage), 10)
	b = append(b, `,"count":`...)
	b = strconv.AppendInt(b, int64(len(found)), 10)
	b = append(b, `,"total_count":`...)
	b = strconv.AppendInt(b, int64(total), 10)
	b = append(b, `,"total_pages":`...)
	b = strconv.AppendInt(b, int64(p.pages(total)), 10)
	b = append(b, "}}"...)
	*buf = b
	if x.status != 0 {
		x.stream(b)
		return nil
	}
	x.send(http.StatusOK, b)
	return nil
}

// stream sends a part of an answer that is too long to hold.
func (x *exchange) stream(part []byte) {
	if x.status == 0 {
		x.status = http.StatusOK
		x.w.WriteHeader(x.status)
	}
	_, _ = x.w.Write(part) // the client's loss when it is gone
}

// getRecord is GET /zones/{zone_id}/dns_records/{id}.
func getRecord(x *exchange) error {
	r, err := x.store.Record(x.zone.ID, x.record)
	if err != nil {
		return err
	}
	return x.succeedRecord(r)
}

// createRecord is POST /zones/{zone_id}/dns_records.
func createRecord(x *exchange) error {
	c, err := x.change()
	if err != nil {
		return err
	}
	r, err := x.store.Create(x.zone.ID, c)
	if err != nil {
		return err
	}
	return x.succeedRecord(r)
}

// patchRecord is PATCH /zones/{zone_id}/dns_records/{id}: fields not given stay.
func patchRecord(x *exchange) error {
	c, err := x.change()
	if err != nil {
		return err
	}
	r, err := x.store.Patch(x.zone.ID, x.record, c)
	if err != nil {
		return err
	}
	x.note = r.Type + " " + r.Name
	return x.succeedRecord(r)
}

// putRecord is PUT /zones/{zone_id}/dns_records/{id}: fields not given go back to their defaults.
func putRecord(x *exchange) error {
	c, err := x.change()
	if err != nil {
		return err
	}
	r, err := x.store.Put(x.zone.ID, x.record, c)
	if err != nil {
		return err
	}
	return x.succeedRecord(r)
}

// deleteRecord is DELETE /zones/{zone_id}/dns_records/{id}. A body is ignored: old clients send "{}" [REC].
func deleteRecord(x *exchange) error {
	r, err := x.store.Delete(x.zone.ID, x.record)
	if err != nil {
		return err
	}
	x.note = r.Type + " " + r.Name
	return x.succeed(func(b []byte) []byte {
		return append(append(append(b, `{"id":"`...), r.ID.String()...), `"}`...)
	})
}

// batchRecords is POST /zones/{zone_id}/dns_records/batch.
func batchRecords(x *exchange) error {
	var body batchBody
	if err := x.decode(&body); err != nil {
		return err
	}
	batch, err := body.batch()
	if err != nil {
		return err
	}
	x.note = "deletes " + strconv.Itoa(len(batch.Deletes)) + ", patches " + strconv.Itoa(len(batch.Patches)) +
		", puts " + strconv.Itoa(len(batch.Puts)) + ", posts " + strconv.Itoa(len(batch.Posts))
	if err := zone.CheckBatch(x.zone, batch.Len()); err != nil {
		return err
	}
	out, err := x.store.Apply(x.zone.ID, batch)
	if err != nil {
		return err
	}
	return x.succeed(func(b []byte) []byte {
		b = appendRecords(append(b, `{"deletes":`...), out.Deletes)
		b = appendRecords(append(b, `,"patches":`...), out.Patches)
		b = appendRecords(append(b, `,"puts":`...), out.Puts)
		b = appendRecords(append(b, `,"posts":`...), out.Posts)
		return append(b, '}')
	})
}

func appendRecords(b []byte, list []*zone.Record) []byte {
	b = append(b, '[')
	for i, r := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendRecord(b, r)
	}
	return append(b, ']')
}

// change decodes a record and notes for the journal what it is about.
func (x *exchange) change() (zone.Change, error) {
	var body recordBody
	if err := x.decode(&body); err != nil {
		return zone.Change{}, err
	}
	if body.Type != nil && body.Name != nil {
		x.note = bounded(*body.Type) + " " + bounded(*body.Name)
	}
	return body.change()
}
