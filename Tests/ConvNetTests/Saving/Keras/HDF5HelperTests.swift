import Foundation
import Testing

@testable import ConvNet

/// Helpers that misbehave, as one does whose file made libhdf5 crash.
@Suite struct HDF5HelperTests {
    /// The error of reading by a helper that is a shell's script.
    private func failure(_ script: String) throws -> ConvNetError? {
        try withTemporaryFolder { folder in
            let path = "\(folder)/helper"
            try write(Array("#!/bin/sh\n\(script)\n".utf8), to: path)
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
            return KerasFixture.failure { _ = try HDF5Helper(path: path).read("model.h5") }
        }
    }

    @Test func saysWhatTheHelperSays() throws {
        let error = try failure("printf 'the file is strange' >&2; exit 65")
        #expect(error == ConvNetError(.invalidData, path: "model.h5", "the file is strange"))
        #expect(try failure("printf 'not built' >&2; exit 69")?.kind == .unavailable)
        #expect(try failure("exit 1")?.kind == .inputOutput)
    }

    @Test func survivesACrash() throws {
        let error = try failure("kill -SEGV $$")
        #expect(error?.kind == .invalidData)
        #expect(error?.message.contains("crashed (signal 11)") == true)
    }

    @Test func believesNoHelper() throws {
        #expect(try failure("head -c 100 /dev/urandom > \"$3\"")?.kind == .invalidData)
        #expect(try failure("exit 0")?.kind == .missingInput)
    }

    @Test func saysWhatIsMissing() throws {
        let gone = KerasFixture.failure { _ = try HDF5Helper(path: "/nowhere/helper").read("model.h5") }
        #expect(gone?.kind == .unavailable)
        let path = try KerasFixture.path("models/odd.keras")
        let none = KerasFixture.failure { _ = try Sequential.load(keras: path, helper: nil) }
        #expect(none?.kind == .unavailable)
        #expect(none?.message.contains("digits-hdf5") == true)
    }
}
