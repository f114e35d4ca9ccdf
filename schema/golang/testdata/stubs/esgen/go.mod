module github.com/esgen/esgen

go 1.26
