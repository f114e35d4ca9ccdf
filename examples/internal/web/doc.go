// Package web has what the HTTP services of the examples share, and what is not about
// hotels or users: errors in one form, strict reading of JSON, a guard against web pages,
// and a server that ends when it is told to.
//
//	mux := http.NewServeMux()
//	mux.HandleFunc("POST /hotels", func(w http.ResponseWriter, r *http.Request) {
//		var body struct{ Name string }
//		if p := web.Decode(w, r, 64<<10, &body); p != nil {
//			p.Write(w)
//			return
//		}
//		…
//	})
//	err := web.Serve(ctx, listener, web.Guard(web.WithProblems(mux)), logger)
package web
