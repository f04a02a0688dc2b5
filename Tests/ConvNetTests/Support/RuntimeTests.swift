import Foundation
import Testing

@testable import ConvNet

/// Settings that are one for the whole process, each tried in a process of its own.
@Suite struct RuntimeTests {
    @Test func theNumberOfThreadsHasBounds() async {
        await #expect(processExitsWith: .success) {
            for (given, kept) in [(0, 1), (-5, 1), (Int.min, 1), (3, 3), (5000, 1024), (Int.max, 1024)] {
                ConvNetRuntime.threadCount = given
                #expect(ConvNetRuntime.threadCount == kept)
            }
        }
    }

    @Test func theEnvironmentDecidesTheNumberOfThreads() async {
        await #expect(processExitsWith: .success) {
            setenv("CONVNET_NUM_THREADS", "3", 1)
            #expect(ConvNetRuntime.threadCount == 3)
            #expect(ConvNetRuntime.observedThreadCount() == 3)
            ConvNetRuntime.threadCount = 2
            #expect(ConvNetRuntime.observedThreadCount() == 2)
        }
    }

    @Test(arguments: ["0", "-1", "many", "", "2.5"])
    func anythingElseCountsAsNotSet(text: String) async {
        // A process of its own takes nothing along, so the value is tried in one for each.
        switch text {
        case "0": await #expect(processExitsWith: .success) { try expectAvailable("0") }
        case "-1": await #expect(processExitsWith: .success) { try expectAvailable("-1") }
        case "many": await #expect(processExitsWith: .success) { try expectAvailable("many") }
        case "": await #expect(processExitsWith: .success) { try expectAvailable("") }
        default: await #expect(processExitsWith: .success) { try expectAvailable("2.5") }
        }
    }

    @Test func theEnvironmentDecidesHowConvolutionsAreComputed() async {
        await #expect(processExitsWith: .success) {
            setenv("CONVNET_CONV2D", "direct", 1)
            func plan() throws -> String {
                try Sequential(inputShape: [16, 16, 16]) { Conv2D(16, kernelSize: 3) }.planSummary(batchSize: 8)
            }
            let direct = try plan()
            #expect(direct.contains("direct") && !direct.contains("Winograd"))
            ConvNetRuntime.convolutionAlgorithm = .winograd
            let winograd = try plan()
            #expect(winograd.contains("Winograd") || ConvNetRuntime.instructionSet == "ref")
        }
    }

    @Test func theInstructionSetCanBeCapped() async {
        await #expect(processExitsWith: .success) {
            setenv("CONVNET_ISA", "ref", 1)
            #expect(ConvNetRuntime.instructionSet == "ref")
            #expect(["ref", "avx2", "avx512"].contains(ConvNetRuntime.supportedInstructionSet))
        }
    }
}

private func expectAvailable(_ text: String) throws {
    setenv("CONVNET_NUM_THREADS", text, 1)
    try #require(ConvNetRuntime.threadCount == ConvNetRuntime.availableThreadCount)
}
