"""Images through the affine transformation of Keras's ImageDataGenerator, its parameters forced.

Its shifts are tx along the width and ty along the height, whatever the range that drew them is called.
"""

from keras.src.legacy.preprocessing.image import ImageDataGenerator

from .case_file import CaseFile, generator

# Rotation and shear in degrees, shifts in pixels.
PARAMETERS = {
    "unchanged": {},
    "rotation": {"theta": 17.0},
    "shift": {"tx": 3.3, "ty": -2.6},
    "shear": {"shear": 14.0},
    "enlarged": {"zx": 0.73, "zy": 0.87},
    "reduced": {"zx": 1.21, "zy": 1.37},
    "all": {"theta": -23.0, "tx": -2.2, "ty": 4.7, "shear": -9.0, "zx": 0.85, "zy": 1.18},
    "far": {"theta": 100.0, "tx": 31.1, "ty": -17.3, "shear": 20.0, "zx": 1.7, "zy": 1.4},
}
# Even sides: a row in the very middle would come from positions on the border itself, where rounding decides.
SHAPES = {"gray": (28, 28, 1), "color": (14, 14, 3)}


def make():
    file = CaseFile()
    for fill in ["nearest", "constant", "reflect", "wrap"]:
        for shape in SHAPES:
            image = generator("augmentation/" + shape).random(SHAPES[shape], dtype="float32")
            for name, parameters in PARAMETERS.items():
                images = ImageDataGenerator(fill_mode=fill, cval=-0.5)
                output = images.apply_transform(image, parameters)
                tensors = {"image": image, "output": output}
                file.add(f"{name}-{shape}-{fill}", tensors, config=parameters, fill=fill, value=-0.5)
    return file
