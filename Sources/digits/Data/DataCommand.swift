import ArgumentParser

/// `digits data`
struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data",
        abstract: "Fetch data sets, check them, look at them.",
        discussion: """
            Examples:
              digits data fetch mnist
              digits data verify ~/my-digits
              digits data show fashion-mnist
              digits data export mnist digits
            """,
        subcommands: [DataFetch.self, DataVerify.self, DataShow.self, DataExport.self])
}
