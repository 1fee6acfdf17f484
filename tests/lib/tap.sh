# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# Reading and writing TAP, the Test Anything Protocol, for the tests that are shell scripts:
# bash, dash or busybox. tap.py says what TAP is and is the same for Python; tests/lib/run holds
# the two against each other. A script sources this, reports its results, and ends with
# tap_finish.

# How many results there were, and how many of them failed.
tap_count=0 tap_failed=0
tap_planned=

# tap_plan N: prints the plan first, where the number of results is known before.
tap_plan()
{
	tap_planned=$1
	echo "1..$1"
}

# tap_result STATUS NAME: one test, which passed if STATUS is 0.
tap_result()
{
	tap_count=$((tap_count + 1))
	if [ "$1" = 0 ]; then
		echo "ok $tap_count - $2"
	else
		tap_failed=$((tap_failed + 1))
		echo "not ok $tap_count - $2"
	fi
}

# tap_run NAME COMMAND...: one test, which passes if COMMAND succeeds. What COMMAND prints is
# shown if it fails.
tap_run()
{
	local name=$1 said status=0
	shift
	said=$(mktemp)
	"$@" > "$said" 2>&1 || status=$?
	[ "$status" = 0 ] || tail -n 60 "$said" | sed 's/^/# /'
	rm -f "$said"
	tap_result "$status" "$name"
}

# tap_equal NAME GOT WANTED: one test, which passes if both are the same.
tap_equal()
{
	if [ "$2" = "$3" ]; then
		tap_result 0 "$1"
	else
		echo "# got $2, not $3"
		tap_result 1 "$1"
	fi
}

# tap_line LINE: what a line of a stream is. Sets tap_kind (passed, failed, skipped, known, plan,
# bail, version, comment) and tap_name (name and directive of a result; N of a plan).
tap_line()
{
	local directive
	tap_kind=comment tap_name=
	case $1 in
	1..[0-9]*)
		tap_kind=plan tap_name=${1#1..}
		tap_name=${tap_name%%[!0-9]*}
		return ;;
	'Bail out!'*) tap_kind=bail; return ;;
	'TAP version'*) tap_kind=version; return ;;
	ok | 'ok '*) tap_kind=passed tap_name=${1#ok} ;;
	'not ok' | 'not ok '*) tap_kind=failed tap_name=${1#not ok} ;;
	*) return ;;
	esac
	tap_name=${tap_name# }
	case ${tap_name%% *} in
	'' | *[!0-9]*) ;;
	*' '*) ;;
	*) case $tap_name in
		*' '*) tap_name=${tap_name#* } ;;
		*) tap_name= ;;
		esac ;;
	esac
	tap_name=${tap_name#- }
	case $tap_name in
	*'# '*) directive=${tap_name##*'# '} ;;
	*) return 0 ;;
	esac
	case $tap_kind$directive in
	passed[Ss][Kk][Ii][Pp]*) tap_kind=skipped ;;
	failed[Tt][Oo][Dd][Oo]* | *[Xx][Ff][Aa][Ii][Ll]*) tap_kind=known ;;
	esac
}

# tap_tally STATUS < STREAM: counts a stream of a program that ended with STATUS. Sets tap_passed,
# tap_bad, tap_skipped and tap_known, and tap_fault: what is wrong and is said by no single
# result, which counts as one more in tap_bad. With tap_label set, passes the results on.
tap_tally()
{
	local line plan='' total bail=''
	tap_passed=0 tap_bad=0 tap_skipped=0 tap_known=0 tap_fault=
	while IFS= read -r line || [ -n "$line" ]; do
		tap_line "$line"
		case $tap_kind in
		passed) tap_passed=$((tap_passed + 1)) ;;
		failed) tap_bad=$((tap_bad + 1)) ;;
		skipped) tap_skipped=$((tap_skipped + 1)) ;;
		known) tap_known=$((tap_known + 1)) ;;
		plan) plan=$((${plan:-0} + tap_name)) ;;
		bail) bail=$line ;;
		esac
		[ -z "${tap_label-}" ] || tap_take "$tap_label" "$line"
	done
	total=$((tap_passed + tap_bad + tap_skipped + tap_known))
	if [ -n "$bail" ]; then
		tap_fault=$bail
	elif [ "$total" = 0 ]; then
		tap_fault="tested nothing, exit status $1"
	elif [ -z "$plan" ]; then
		tap_fault="no plan (1..N), exit status $1"
	elif [ "$plan" != "$total" ]; then
		tap_fault="$plan tests planned, $total seen, exit status $1"
	elif [ "$1" != 0 ] && [ "$tap_bad" = 0 ]; then
		tap_fault="exit status $1 although no test failed"
	elif [ "$1" = 0 ] && [ "$tap_bad" != 0 ]; then
		tap_fault='exit status 0 although a test failed'
	fi
	[ -z "$tap_fault" ] || tap_bad=$((tap_bad + 1))
}

# tap_take LABEL LINE: passes on a line of another stream that tap_line has looked at.
tap_take()
{
	local word=ok
	case $tap_kind in
	plan | version) return ;;
	bail | comment)
		[ -z "$2" ] || echo "# $(echo "$2" | sed 's/^[# ]*//')"
		return ;;
	failed)
		word='not ok'
		tap_failed=$((tap_failed + 1)) ;;
	known) [ "${2#not}" = "$2" ] || word='not ok' ;;
	esac
	tap_count=$((tap_count + 1))
	case $tap_name in
	'') echo "$word $tap_count - $1" ;;
	'#'*) echo "$word $tap_count - $1 $tap_name" ;;
	*) echo "$word $tap_count - $1: $tap_name" ;;
	esac
}

# tap_program LABEL COMMAND...: runs a program that prints TAP and passes its results on, LABEL
# before each name. A fault of the stream is one more failure.
tap_program()
{
	local label=$1 said status=0
	shift
	said=$(mktemp)
	"$@" > "$said" 2>&1 || status=$?
	tap_label=$label
	tap_tally "$status" < "$said"
	tap_label=
	rm -f "$said"
	[ -z "$tap_fault" ] || tap_result 1 "$label: $tap_fault"
}

# tap_verdict NAME < STREAM: 0 if the stream has a result of test NAME and it passed, 1 if it
# failed, 2 if there is none.
tap_verdict()
{
	local line verdict=2
	while IFS= read -r line; do
		tap_line "$line"
		case $tap_name in "$1" | "$1 "*) ;; *) continue ;; esac
		case $tap_kind in
		passed) verdict=0 ;;
		failed) return 1 ;;
		esac
	done
	return "$verdict"
}

# Prints the plan if it is not printed yet; fails unless there were results and all passed.
tap_finish()
{
	if [ -z "$tap_planned" ]; then
		echo "1..$tap_count"
	elif [ "$tap_planned" != "$tap_count" ]; then
		echo "# $tap_planned tests were planned"
		return 1
	fi
	[ "$tap_failed" = 0 ] && [ "$tap_count" -gt 0 ]
}
