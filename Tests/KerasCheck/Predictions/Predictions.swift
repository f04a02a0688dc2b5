import ConvNet

/// Writes what a model predicts: `KerasPredictions MODEL INPUTS.npz OUTPUTS.npz`, from the array `x` into the array `y`.
@main
enum Predictions {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 4, let inputs = try NpzFile.read(arguments[2])["x"] else {
            throw ConvNetError(.invalidArgument, "KerasPredictions MODEL INPUTS.npz OUTPUTS.npz, with an array x")
        }
        var outputs = NpzFile()
        outputs["y"] = try Sequential.open(arguments[1]).model.predict(inputs)
        try outputs.write(to: arguments[3])
    }
}
