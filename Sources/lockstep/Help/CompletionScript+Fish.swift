extension CompletionScript {
    var fish: String {
        let lines =
            ["# Completes the commands and options of lockstep.", "complete -c lockstep -f"]
            + firsts.map { line("__fish_use_subcommand", "-a \($0) -d '\(Self.quoted(summary(of: $0)))'") }
            + [line("__fish_use_subcommand", "-a help -d 'a command, or a page of the documentation'")]
            + families.flatMap(seconds) + entries.flatMap(options)
            + [
                line(Self.seen(["completion"]), "-a 'bash zsh fish'"),
                line(Self.seen(["help"]), "-a '\((topics + firsts).joined(separator: " "))'"),
            ]
        return lines.joined(separator: "\n")
    }

    private func line(_ condition: String, _ rest: String) -> String {
        "complete -c lockstep -n '\(condition)' \(rest)"
    }

    private static func seen(_ words: [String]) -> String {
        words.map { "__fish_seen_subcommand_from \($0)" }.joined(separator: "; and ")
    }

    private func summary(of first: String) -> String {
        let own = entries.filter { $0.words[0] == first }
        return own.count == 1 ? own[0].summary : own.compactMap(\.words.last).joined(separator: ", ")
    }

    private func seconds(_ first: String, _ seconds: [String]) -> [String] {
        let before = Self.seen([first]) + "; and not __fish_seen_subcommand_from " + seconds.joined(separator: " ")
        return entries.filter { $0.words.count > 1 && $0.words[0] == first }.map { entry in
            line(before, "-a \(entry.words[1]) -d '\(Self.quoted(entry.summary))'")
        }
    }

    private func options(_ entry: Entry) -> [String] {
        entry.options.map { option in
            let value = option.value.map { value in
                guard let words = Self.words(of: value) else { return " -r -F" }
                return words.isEmpty ? " -x" : " -x -a '\(words.joined(separator: " "))'"
            }
            return line(Self.seen(entry.words), "-l \(option.name.dropFirst(2))\(value ?? "")")
        }
    }

    private static func quoted(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("'", with: "\\'")
    }
}
