extension CompletionScript {
    /// A function for bash, and what registers it.
    var bash: String {
        """
        # Completes the commands and options of lockstep.
        _lockstep() {
            local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}" command="${COMP_WORDS[1]}"
            local options="" values=""
            COMPREPLY=()
            if [ "$COMP_CWORD" -eq 1 ]; then
                \(reply(firsts + ["help"]))
                return
            fi
            case "$command" in
                help) \(reply(unique(topics + firsts))); return ;;
                completion) [[ "$current" == -* ]] || { \(reply(["bash", "zsh", "fish"])); return; } ;;
        \(families.map(branch).joined(separator: "\n"))
            esac
            case "$command" in
        \(entries.map(choice).joined(separator: "\n"))
            esac
            case " $values " in
                *" $previous "*)
                    case "$previous" in
        \(values.joined(separator: "\n"))
                        *) COMPREPLY=($(compgen -f -- "$current")) ;;
                    esac
                    return ;;
            esac
            case "$current" in
                -*) \(reply("$options")) ;;
                *) COMPREPLY=($(compgen -f -- "$current")) ;;
            esac
        }
        complete -F _lockstep lockstep
        """
    }

    /// zsh runs the function of bash.
    var zsh: String { "autoload -U +X bashcompinit && bashcompinit\n" + bash }

    private func reply(_ words: [String]) -> String { reply(words.joined(separator: " ")) }

    private func reply(_ words: String) -> String { #"COMPREPLY=($(compgen -W "\#(words)" -- "$current"))"# }

    private func branch(_ first: String, _ seconds: [String]) -> String {
        """
                \(first))
                    if [ "$COMP_CWORD" -eq 2 ]; then
                        \(reply(seconds))
                        return
                    fi
                    command="$command ${COMP_WORDS[2]}" ;;
        """
    }

    private func choice(_ entry: Entry) -> String {
        let taking = entry.options.filter { $0.value != nil }.map(\.name)
        return """
                    "\(entry.words.joined(separator: " "))")
                        options="\((entry.options.map(\.name) + ["--help"]).joined(separator: " "))"
                        values="\(taking.joined(separator: " "))" ;;
            """
    }

    /// What is offered for the values of options that take no files.
    private var values: [String] {
        let options = entries.flatMap(\.options)
        return unique(options.compactMap(\.value)).compactMap { value in
            guard let words = Self.words(of: value) else { return nil }
            let names = unique(options.filter { $0.value == value }.map(\.name))
            return "                \(names.joined(separator: "|"))) \(reply(words)) ;;"
        }
    }
}
