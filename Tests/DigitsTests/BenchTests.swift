import Foundation
import Testing

/// `digits bench`: that it measures what was asked for and says so. How fast anything is, no test may decide.
@Suite struct BenchTests {
    @Test(arguments: ["kernels", "models"])
    func explainsWithExamples(_ what: String) throws {
        let outcome = try digits("bench", what, "--help")
        #expect(outcome.code == 0)
        #expect(outcome.output.contains("USAGE: digits bench \(what)"))
        #expect(outcome.output.contains("Examples:\n  digits bench \(what)"))
    }

    @Test func timesKernelsPerInstructionSet() throws {
        let available = try #require(digits("info", "--json").json()["instruction_set"] as? String)
        let expected = available == "avx512" ? ["avx2", "avx512"] : [available]
        let outcome = try digits("bench", "kernels", "--filter", "AB bias relu 128x32x128", "--threads", "1", "--json")
        #expect(outcome.code == 0)
        #expect(outcome.errors == "")
        let result = try outcome.json()
        #expect(result["threads"] as? Int == 1)
        #expect(result["cpu"] is String)

        let limits = try #require(result["limits"] as? [[String: Any]])
        #expect(limits.map { $0["isa"] as? String } == expected)
        let rows = try #require(result["kernels"] as? [[String: Any]])
        #expect(rows.map { $0["isa"] as? String } == expected)
        for row in rows {
            #expect(row["kernel"] as? String == "gemm")
            #expect(row["variant"] as? String == "AB bias ReLU")
            #expect(row["shape"] as? String == "128x32x128")
            #expect(row["networks"] as? [String] == ["mlp-deep"])
            #expect(row["operations"] as? Double == 1_048_576.0)
            #expect(row["bytes"] as? Double == 98_304.0)
            let best = try #require(row["best_seconds"] as? Double)
            let median = try #require(row["median_seconds"] as? Double)
            #expect(0 < best && best <= median)
            let rate = try #require(row["gflops"] as? Double)
            #expect(abs(rate * best * 1e9 / 1_048_576 - 1) < 1e-9)
            if row["isa"] as? String == "ref" {
                #expect(row["peak_share"] is NSNull)
            } else {
                let peak = try #require(
                    limits.first { $0["isa"] as? String == row["isa"] as? String }?["gflops"] as? Double)
                let share = try #require(row["peak_share"] as? Double)
                #expect(abs(share * peak / rate - 1) < 1e-9)
                #expect(["arithmetic", "memory"].contains(row["bound"] as? String))
            }
        }
    }

    @Test func timesWhatANetworkUses() throws {
        let outcome = try digits(
            "bench", "kernels", "--filter", "loss", "--filter", "pooling", "--isa", "ref", "--json")
        #expect(outcome.code == 0)
        let rows = try #require(outcome.json()["kernels"] as? [[String: Any]])
        let kernels: Set = ["average pooling", "conv2d and max pooling", "loss", "max pooling"]
        #expect(Set(rows.compactMap { $0["kernel"] as? String }) == kernels)
        #expect(Set(rows.compactMap { $0["isa"] as? String }) == ["ref"])
        // Every convolutional network pools, every network has a loss.
        let networks = Set(rows.flatMap { $0["networks"] as? [String] ?? [] })
        #expect(networks.count == 9)
    }

    @Test func printsATableForPeople() throws {
        let outcome = try digits("bench", "kernels", "--filter", "softmax")
        #expect(outcome.code == 0)
        #expect(outcome.errors == "")
        #expect(outcome.output.contains("GFLOP/s"))
        #expect(outcome.output.contains("\nsoftmax\n  forward  128x10 "))
    }

    @Test func timesTrainingAndPrediction() throws {
        let outcome = try digits(
            "bench", "models", "--filter", "mlp-sig", "--images", "300", "--threads", "2", "--json")
        #expect(outcome.code == 0)
        #expect(outcome.errors == "")
        let result = try outcome.json()
        #expect(result["isa"] is String)
        #expect(result["data"] as? String == "synthetic")
        let models = try #require(result["models"] as? [[String: Any]])
        #expect(models.map { $0["name"] as? String } == ["mlp-sigmoid"])
        #expect(models[0]["parameters"] as? Int == 468_874)
        #expect(try #require(models[0]["peak_memory_bytes"] as? Int) > 1_000_000)

        let training = try #require(models[0]["training"] as? [String: Any])
        #expect(training["batch_size"] as? Int == 128)
        let seconds = try #require(training["epoch_seconds"] as? Double)
        #expect(abs(try #require(training["images_per_second"] as? Double) * seconds / 300 - 1) < 1e-9)
        let steps = try #require(training["step_milliseconds"] as? [String: Any])
        #expect(steps["count"] as? Int == 6)
        try expectOrder(steps)

        let prediction = try #require(models[0]["prediction"] as? [String: Any])
        #expect(prediction["images"] as? Int == 300)
        #expect(prediction["batch_size"] as? Int == 200)
        try expectOrder(try #require(prediction["one_image_microseconds"] as? [String: Any]))

        let growth = try #require(models[0]["growth"] as? [String: [[String: Any]]])
        #expect(growth["batch"]?.map { $0["at"] as? Double } == [8, 32, 128])
        #expect(growth["threads"]?.map { $0["at"] as? Double } == [1, 2])
        // Both hidden layers half as wide, as they are, and twice as wide.
        #expect(growth["width"]?.map { $0["at"] as? Double } == [0.5, 1, 2])
        #expect(growth["width"]?.map { $0["parameters"] as? Int } == [218_058, 468_874, 1_068_810])
    }

    @Test func takesNoiseInsteadOfDigits() throws {
        let outcome = try digits(
            "bench", "models", "--filter", "mlp-sig", "--images", "200", "--data", "noise", "--json")
        #expect(outcome.code == 0)
        #expect(try outcome.json()["data"] as? String == "noise")
    }

    @Test func doesNotMeasureWhatIsNotThere() throws {
        expectFailure(
            try digits("bench", "kernels", "--filter", "pooing"), code: 64, naming: "pooing", "max pooling")
        expectFailure(try digits("bench", "models", "--filter", "rnn"), code: 64, naming: "rnn", "digits models")
        expectFailure(try digits("bench", "kernels", "--isa", "sse"), code: 64, naming: "sse", "avx2")
        expectFailure(try digits("bench", "kernels", "--threads", "0"), code: 64, naming: "threads 0")
        expectFailure(try digits("bench", "models", "--images", "0"), code: 64, naming: "images 0")
        expectFailure(try digits("bench", "models", "--data", "nowhere.csv"), code: 66, naming: "nowhere.csv")
        expectFailure(
            try digits("bench", "kernels", "--isa", "avx2", environment: ["CONVNET_ISA": "ref"]), code: 69,
            naming: "CONVNET_ISA")
    }

    private func expectOrder(_ times: [String: Any]) throws {
        let values = try ["best", "median", "p95", "p99"].map { try #require(times[$0] as? Double) }
        #expect(values == values.sorted())
        #expect(values[0] > 0)
    }
}
