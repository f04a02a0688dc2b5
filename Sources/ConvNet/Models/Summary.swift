extension Sequential {
    /// The network as a table, like Keras's: each layer with its class, output shape and number of weights, and the totals.
    public func summary() -> String {
        let rows = zip(layers, zip(graph.layerOutputs, graph.layerParameters)).map { layer, built in
            let (output, parameters) = built
            return [
                "\(layer.name ?? "") (\(type(of: layer).className))",
                "(" + (["None"] + output.shape.map { "\($0)" }).joined(separator: ", ") + ")",
                NumberText.grouped(graph.parameters[parameters].reduce(0) { $0 + $1.count }),
            ]
        }
        let frozen = parameterCount - trainableParameterCount
        return """
            Model: "\(name)"
            \(Self.table(["Layer (type)", "Output Shape", "Param #"], rows))
             Total params: \(Self.total(parameterCount))
             Trainable params: \(Self.total(trainableParameterCount))
             Non-trainable params: \(Self.total(frozen))

            """
    }

    /// A box of columns as wide as their longest entry; the last is aligned to the right.
    static func table(_ head: [String], _ rows: [[String]]) -> String {
        let widths = head.indices.map { column in
            ([head] + rows).map { $0[column].count }.max() ?? 0
        }
        func line(_ left: String, _ fill: String, _ middle: String, _ right: String) -> String {
            left + widths.map { String(repeating: fill, count: $0 + 2) }.joined(separator: middle) + right
        }
        func entries(_ row: [String], _ wall: String) -> String {
            let cells = zip(row, widths).enumerated().map { column, cell in
                let space = String(repeating: " ", count: cell.1 - cell.0.count)
                return column == row.count - 1 ? " \(space)\(cell.0) " : " \(cell.0)\(space) "
            }
            return wall + cells.joined(separator: wall) + wall
        }
        var lines = [line("┏", "━", "┳", "┓"), entries(head, "┃"), line("┡", "━", "╇", "┩")]
        for (index, row) in rows.enumerated() {
            if index > 0 { lines.append(line("├", "─", "┼", "┤")) }
            lines.append(entries(row, "│"))
        }
        return (lines + [line("└", "─", "┴", "┘")]).joined(separator: "\n")
    }

    /// `113,386 (442.91 KB)`
    private static func total(_ count: Int) -> String {
        "\(NumberText.grouped(count)) (\(size(count * MemoryLayout<Float>.size)))"
    }

    static func size(_ bytes: Int) -> String {
        let units = ["B", "KB", "MB", "GB"]
        var value = Double(bytes)
        var unit = 0
        while value >= 1024, unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        let hundredths = Int((value * 100).rounded())
        let fraction = hundredths % 100
        return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction) \(units[unit])"
    }
}
