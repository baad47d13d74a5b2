# Completion of tocsin's command line for bash: source this file, or put it into
# /usr/share/bash-completion/completions/tocsin.

_tocsin_words() {
    mapfile -t COMPREPLY < <(compgen -W "$1" -- "$2")
}

# Values of the flag before the cursor; fails where the flag takes none that are known.
_tocsin_value() {
    case $1 in
        --config | --ca-file | --token-file) mapfile -t COMPREPLY < <(compgen -f -- "$2") ;;
        --output) _tocsin_words "table json text" "$2" ;;
        --log-level) _tocsin_words "debug info warn error" "$2" ;;
        --log-format) _tocsin_words "logfmt json" "$2" ;;
        --state) _tocsin_words "active open acknowledged resolved all" "$2" ;;
        --severity) _tocsin_words "SEV1 SEV2 SEV3 SEV4" "$2" ;;
        --url | --by | --text | --rule | --since | --limit | --notifier) ;;
        *) return 1 ;;
    esac
}

_tocsin() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    local common="--help --log-level --log-format" address="--url --ca-file" action
    COMPREPLY=()
    _tocsin_value "$before" "$word" && return
    case ${COMP_WORDS[1]} in
        run) _tocsin_words "--config $common" "$word" ;;
        check) _tocsin_words "--config --online $common" "$word" ;;
        once) _tocsin_words "--config --output $common" "$word" ;;
        notify-test) _tocsin_words "--config --notifier --output $common" "$word" ;;
        healthcheck) _tocsin_words "$address $common" "$word" ;;
        incidents)
            action=${COMP_WORDS[2]}
            case $action in
                list) _tocsin_words "--state --severity --rule --since --limit --output $address $common" "$word" ;;
                show) _tocsin_words "--output $address $common" "$word" ;;
                ack | resolve) _tocsin_words "--by --text --token-file --output $address $common" "$word" ;;
                note) _tocsin_words "--by --token-file --output $address $common" "$word" ;;
                *) _tocsin_words "list show ack resolve note" "$word" ;;
            esac
            ;;
        *) _tocsin_words "run check once notify-test healthcheck incidents --help --version" "$word" ;;
    esac
}

complete -F _tocsin tocsin
