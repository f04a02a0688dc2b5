import Testing

@testable import ConvNet

@Suite struct SummaryTests {
    @Test func ofTheStandardNetwork() throws {
        let model = try BuiltinNetwork.named("cnn-compact").model()
        #expect(
            model.summary() == """
                Model: "cnn-compact"
                ┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━┓
                ┃ Layer (type)                   ┃ Output Shape       ┃ Param # ┃
                ┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━┩
                │ conv2d (Conv2D)                │ (None, 26, 26, 32) │     320 │
                ├────────────────────────────────┼────────────────────┼─────────┤
                │ max_pooling2d (MaxPooling2D)   │ (None, 13, 13, 32) │       0 │
                ├────────────────────────────────┼────────────────────┼─────────┤
                │ conv2d_1 (Conv2D)              │ (None, 11, 11, 32) │   9,248 │
                ├────────────────────────────────┼────────────────────┼─────────┤
                │ max_pooling2d_1 (MaxPooling2D) │ (None, 5, 5, 32)   │       0 │
                ├────────────────────────────────┼────────────────────┼─────────┤
                │ dropout (Dropout)              │ (None, 5, 5, 32)   │       0 │
                ├────────────────────────────────┼────────────────────┼─────────┤
                │ flatten (Flatten)              │ (None, 800)        │       0 │
                ├────────────────────────────────┼────────────────────┼─────────┤
                │ dense (Dense)                  │ (None, 128)        │ 102,528 │
                ├────────────────────────────────┼────────────────────┼─────────┤
                │ dense_1 (Dense)                │ (None, 10)         │   1,290 │
                └────────────────────────────────┴────────────────────┴─────────┘
                 Total params: 113,386 (442.91 KB)
                 Trainable params: 113,386 (442.91 KB)
                 Non-trainable params: 0 (0.00 B)

                """)
    }

    @Test func ofWeightsThatDoNotLearnAndLargeOnes() throws {
        let model = try Sequential(inputShape: [1024], name: "big") {
            BatchNormalization(name: "norm")
            Dense(1024, useBias: false)
        }
        #expect(
            model.summary() == """
                Model: "big"
                ┏━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━┳━━━━━━━━━━━┓
                ┃ Layer (type)              ┃ Output Shape ┃   Param # ┃
                ┡━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━╇━━━━━━━━━━━┩
                │ norm (BatchNormalization) │ (None, 1024) │     4,096 │
                ├───────────────────────────┼──────────────┼───────────┤
                │ dense (Dense)             │ (None, 1024) │ 1,048,576 │
                └───────────────────────────┴──────────────┴───────────┘
                 Total params: 1,052,672 (4.02 MB)
                 Trainable params: 1,050,624 (4.01 MB)
                 Non-trainable params: 2,048 (8.00 KB)

                """)
    }
}
