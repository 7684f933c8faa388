from __future__ import annotations

import sys

import pytest

from programs import output

forks = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork")

FORK = """
session = Session(ob.counter(), intra_op_threads=2, log_severity=4)
matmul = Session(ob.matmul(256), intra_op_threads=2, spinning=True)
BIG = {"x": np.ones((512, 256), np.float32)}
matmul.run(BIG)
try:
    session.run(LONG, timeout_s=0.05)
except RunTimeoutError:
    pass

def child():
    start_s = time.monotonic()
    for each, feeds in ((session, SHORT), (matmul, BIG)):
        try:
            each.run(feeds)
        except ForkError as error:
            print("open the model after forking" in str(error))
    fresh = Session(ob.counter(), intra_op_threads=2, log_severity=4)
    print(fresh.run(SHORT)[0].item())
    try:
        fresh.run(LONG, timeout_s=0.05)
    except RunTimeoutError:
        print("timeouts work")
    matmul.close()
    sys.stdout.flush()
    return start_s
"""


@forks
@pytest.mark.parametrize("ending", ["os._exit(0)", "sys.exit(0)"])
def test_a_forked_child_is_told_to_open_again_and_ends_at_once(ending: str) -> None:
    text = output(
        FORK
        + f"""
sys.stdout.flush()
pid = os.fork()
if pid == 0:
    child()
    {ending}
start_s = time.monotonic()
_, status = os.waitpid(pid, 0)
print(status, time.monotonic() - start_s < 1.5)
print(session.run(SHORT)[0].item(), matmul.run(BIG)[0].shape)
"""
    )
    assert text == "True\nTrue\n3.0\ntimeouts work\n0 True\n3.0 (512, 256)\n"


@forks
def test_multiprocessing_with_fork_works() -> None:
    text = output(
        FORK
        + """
import multiprocessing
process = multiprocessing.get_context("fork").Process(target=child)
process.start()
process.join(20)
print(process.exitcode, session.run(SHORT)[0].item())
"""
    )
    assert text == "True\nTrue\n3.0\ntimeouts work\n0 3.0\n"


@forks
def test_results_of_the_parent_can_be_read_and_dropped_in_the_child() -> None:
    text = output("""
(y,) = Session(ob.matmul()).run({"x": np.ones((2, 8), np.float32)})
pid = os.fork()
if pid == 0:
    total = float(y.sum())
    del y
    print(total == total, flush=True)
    os._exit(0)
print(os.waitpid(pid, 0)[1])
""")
    assert text == "True\n0\n"


@pytest.mark.parametrize(
    "ending",
    [
        "",
        "cycle = [session]; cycle.append(cycle)",
        "threading.Thread(target=lambda: session.run(SHORT)).start()",
        "threading.Thread(target=lambda: session.run(LONG), daemon=True).start(); time.sleep(0.1)",
        "session.close()",
        "sys.modules['keep'] = session",
        "import atexit; atexit.register(lambda: session.run(SHORT))",
    ],
)
def test_a_process_ends_cleanly_with_open_sessions(ending: str) -> None:
    output(f"""
session = Session(ob.counter(), intra_op_threads=2, log_severity=4)
session.run(SHORT, timeout_s=60)
kept = session.run(SHORT)
{ending}
""")


def test_telemetry_is_off_unless_the_user_asked_for_it(tmp_path: object) -> None:
    program = f"""
import ctypes, pathlib
getenv = ctypes.CDLL(None).getenv
getenv.restype = ctypes.c_char_p
Session(ob.matmul())
home = pathlib.Path({str(tmp_path)!r})
print(os.environ["ORT_DISABLE_TELEMETRY"], getenv(b"ORT_DISABLE_TELEMETRY"), list(home.rglob("*")))
"""
    assert output(program) == "1 b'1' []\n"
