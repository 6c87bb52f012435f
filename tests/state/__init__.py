import pytest

# the contract asserts in a module that is no test module
pytest.register_assert_rewrite("tests.state.contract")
