import Foundation

let code = await CommandLineTool.run(Array(CommandLine.arguments.dropFirst()))
// A service writes its lines on another thread. They get a second, in case that standard error is not being read.
Terminal.flush(within: .seconds(1))
exit(code.rawValue)
