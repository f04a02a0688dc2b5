"""Groups the samples of perf by kernel: which operation each moment belongs to, and in which function it was spent.

usage: perf script -i perf.data -F tid,ip,sym,dso | samples.py PROGRAM
"""

import collections
import pathlib
import re
import struct
import sys

KERNELS = pathlib.Path(__file__).parent.parent / "CKernels/src"
GROUP_LIMIT, FUNCTION_LIMIT = 0.003, 0.01  # shares below which a line says nothing
# A thread that is hardly ever inside a kernel only loads data and waits: it does not count.
THREAD_LIMIT = 0.1
FRAME = re.compile(r"\s+([0-9a-f]+) (.*) \((.*)\)$")


def source_files(program):
    """The C file of each function of an ELF program: by name, a list of (address, size, file)."""
    data = pathlib.Path(program).read_bytes()
    table, = struct.unpack_from("<Q", data, 40)
    size, count = struct.unpack_from("<HH", data, 58)
    sections = [struct.unpack_from("<IIQQQQII", data, table + index * size) for index in range(count)]
    functions = collections.defaultdict(list)
    for _, kind, _, _, offset, length, link, _ in sections:
        if kind != 2:  # the symbol table
            continue
        names = sections[link][4]
        file = None
        for at in range(offset, offset + length, 24):
            name, info, _, _, address, extent = struct.unpack_from("<IBBHQQ", data, at)
            text = data[names + name : data.index(b"\0", names + name)].decode()
            if info & 15 == 4:
                file = text
            elif info & 15 == 2:  # a function; a global one follows all files, and its name says where it is
                functions[text].append((address, extent, file if info >> 4 == 0 else None))
    return functions


def operations():
    """The operation, a folder of the kernels, of each of their C files, and of each function that they export."""
    by_file, by_function = {}, {}
    for path in KERNELS.glob("*/*.[ch]"):
        by_file[path.name] = (path.parent.name, path.stem)
        if path.suffix == ".c":
            for name in re.findall(r"^\w[\w \*]*?\b(ck_\w+)\(", path.read_text(), re.MULTILINE):
                by_function[name] = (path.parent.name, path.stem)
    return by_file, by_function


class Program:
    def __init__(self, path):
        self.name = pathlib.Path(path).name
        self.functions = source_files(path)
        self.by_file, self.by_function = operations()

    def operation(self, frame):
        """Operation and file of a frame inside a kernel; None elsewhere."""
        address, name, library = frame
        if pathlib.Path(library).name != self.name or name.startswith("ck_parallel_for"):
            return None
        if name in self.by_function:
            return self.by_function[name]
        candidates = self.functions.get(name, [])
        here = [file for begin, size, file in candidates if begin <= address < begin + size]
        files = here or [file for _, _, file in candidates]
        return self.by_file.get(files[0]) if len(set(files)) == 1 else None

    def group(self, stack):
        """What a sample belongs to, and the function that it hit."""
        _, leaf, library = stack[0]
        # The outermost function of a kernel is the one whose work this is: a convolution, not the product inside it.
        found = [operation for operation in map(self.operation, stack) if operation]
        if found:
            operation, file = found[-1]
            return f"{operation}: {file}" if operation == "conv2d" else operation, leaf
        if library.startswith("[") or library == "([unknown])":
            return "the system", leaf
        if "libomp" in library or leaf in ("__sched_yield", "sched_yield"):
            return "waiting for other threads", leaf
        if pathlib.Path(library).name == self.name or "swift" in library:
            return "the engine, in Swift", leaf
        return pathlib.Path(library).name, leaf


def samples(lines):
    """Thread and stack of each sample, the innermost frame first."""
    thread, stack = None, []
    for line in lines:
        frame = FRAME.match(line)
        if frame:
            stack.append((int(frame[1], 16), frame[2], frame[3]))
        elif line.strip():
            thread = line.split()[0]
        elif stack:
            yield thread, stack
            stack = []
    if stack:
        yield thread, stack


def main():
    program = Program(sys.argv[1])
    threads = collections.defaultdict(list)
    for thread, stack in samples(sys.stdin):
        threads[thread].append((program.group(stack), any(map(program.operation, stack))))
    counted = {
        thread: found for thread, found in threads.items()
        if sum(inside for _, inside in found) >= THREAD_LIMIT * len(found)
    }
    groups = collections.defaultdict(collections.Counter)
    for found in counted.values():
        for (group, leaf), _ in found:
            groups[group][leaf] += 1
    total = sum(leaves.total() for leaves in groups.values())
    if total == 0:
        sys.exit("no sample lies in a kernel: profile something longer")
    print(f"{total} samples on the {len(counted)} threads that compute\n")
    for group, leaves in sorted(groups.items(), key=lambda item: -item[1].total()):
        if leaves.total() < GROUP_LIMIT * total:
            continue
        print(f"{100 * leaves.total() / total:6.1f} %  {group}")
        for leaf, count in leaves.most_common():
            if count >= FUNCTION_LIMIT * total and len(leaves) > 1:
                print(f"{'':12}{100 * count / total:6.1f} %  {leaf}")


main()
