import ConvNet
import Testing

@Suite struct ConvNetErrorTests {
    @Test func namesThePathFirst() {
        #expect(
            "\(ConvNetError(.invalidData, path: "a/b", "it is cut; copy it again"))" == "a/b: it is cut; copy it again")
        #expect("\(ConvNetError(.diverged, "the loss is NaN; lower the rate"))" == "the loss is NaN; lower the rate")
    }
}
