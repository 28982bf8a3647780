module coffee/ci/testreport

go 1.26.0
